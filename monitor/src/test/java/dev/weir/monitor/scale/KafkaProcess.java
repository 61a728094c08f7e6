package dev.weir.monitor.scale;

import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real Kafka in a process of its own that can be killed and started again where it was. */
final class KafkaProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path folder;
  private final int port;
  private final int controllerPort;
  private @Nullable Process process;

  /** Keeps everything in {@code folder}. */
  KafkaProcess(Path folder) throws IOException {
    this.folder = folder;
    try (var one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = one.getLocalPort();
      this.controllerPort = other.getLocalPort();
    }
  }

  String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** Starts it and waits until it takes connections. */
  void start() throws IOException, InterruptedException {
    Process started =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx384m",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    KafkaChild.class.getName(),
                    folder.toString(),
                    Integer.toString(port),
                    Integer.toString(controllerPort)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output.txt").toFile()))
            .start();
    process = started;
    Clock clock = Clock.system();
    long deadline = clock.nanoTime() + PATIENCE.toNanos();
    while (!answers()) {
      if (!started.isAlive() || clock.nanoTime() > deadline) {
        throw new IOException("Kafka did not start, see " + folder.resolve("output.txt"));
      }
      started.waitFor(100, TimeUnit.MILLISECONDS);
    }
  }

  private boolean answers() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** SIGKILL, and waits until it is gone. */
  void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.toHandle().destroyForcibly();
      running.waitFor();
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
