package dev.weir.monitor.scale;

import dev.weir.monitor.MonitorMain;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A whole monitor in a process of its own that can be killed and started again where it was. */
final class MonitorProcess implements AutoCloseable {
  private static final Pattern PORTS =
      Pattern.compile("ready grpc=127.0.0.1:(\\d+) http=127.0.0.1:(\\d+)");

  private final Path folder;
  private final List<String> arguments;
  private @Nullable Process process;
  private @Nullable GrpcChannel channel;
  private int httpPort;

  /** Keeps everything in {@code folder}. */
  MonitorProcess(Path folder, List<String> arguments) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.arguments = List.copyOf(arguments);
  }

  /** Starts it and waits until it is ready. */
  void start() throws IOException {
    launch();
    awaitReady();
  }

  /** Starts it. */
  void launch() throws IOException {
    var command = new ArrayList<String>();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            MonitorMain.class.getName(),
            "--data=" + folder.resolve("data"),
            "--grpc.port=0",
            "--http.port=0"));
    command.addAll(arguments);
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Waits until it is ready. */
  void awaitReady() throws IOException {
    Process started = process;
    if (started == null) {
      throw new IllegalStateException("not launched");
    }
    BufferedReader output = started.inputReader(StandardCharsets.UTF_8);
    var said = new ArrayList<String>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.add(line);
      Matcher ports = PORTS.matcher(line);
      if (ports.find()) {
        Thread.ofVirtual().start(() -> output.lines().forEach(more -> {}));
        channel =
            GrpcChannel.to(
                new HostAndPort("127.0.0.1", Integer.parseInt(ports.group(1))), List.of());
        httpPort = Integer.parseInt(ports.group(2));
        return;
      }
    }
    throw new IOException("the monitor did not start: " + String.join("\n", said));
  }

  int httpPort() {
    return httpPort;
  }

  /** Its intake; empty while it is killed. */
  Optional<IntakeServiceGrpc.IntakeServiceBlockingStub> intakeIfRunning() {
    return Optional.ofNullable(channel)
        .map(open ->
            IntakeServiceGrpc.newBlockingStub(open.channel())
                .withDeadlineAfter(Duration.ofSeconds(5)));
  }

  /** SIGKILL, and waits until it is gone. */
  void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.toHandle().destroyForcibly();
      running.waitFor();
    }
    GrpcChannel open = channel;
    if (open != null) {
      open.close();
      channel = null;
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
