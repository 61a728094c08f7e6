package dev.weir.platform.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** A real Consul agent in development mode: its state is lost when it ends. */
final class ConsulProcess implements AutoCloseable {
  private final List<String> command;
  private final Path log;
  private final int httpPort;
  private Process process;

  private ConsulProcess(List<String> command, Path log, int httpPort) {
    this.command = command;
    this.log = log;
    this.httpPort = httpPort;
    this.process = launch(command, log);
    awaitLeader();
  }

  /** Skips the test when there is no Consul on this machine. */
  static ConsulProcess start(Path folder) {
    String program = System.getenv("WEIR_CONSUL_BIN");
    Assumptions.assumeTrue(
        program != null && !program.isBlank(),
        "WEIR_CONSUL_BIN is not set: run deploy/components/install consul, then"
            + " eval \"$(deploy/components/install --env)\"");
    int http = freePort();
    return new ConsulProcess(
        List.of(
            program,
            "agent",
            "-dev",
            "-bind=127.0.0.1",
            "-client=127.0.0.1",
            "-http-port=" + http,
            "-grpc-port=-1",
            "-dns-port=-1",
            "-server-port=" + freePort(),
            "-serf-lan-port=" + freePort(),
            "-serf-wan-port=" + freePort(),
            "-disable-host-node-id"),
        folder.resolve("consul.log"),
        http);
  }

  /** After a kill, on the same ports. */
  void restart() {
    process = launch(command, log);
    awaitLeader();
  }

  private static Process launch(List<String> command, Path log) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitLeader() {
    Awaitility.await("Consul's leader, see " + log)
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(this::hasLeader);
  }

  private boolean hasLeader() {
    if (!process.isAlive()) {
      throw new IllegalStateException("Consul ended with " + process.exitValue() + ", see " + log);
    }
    try {
      var connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + httpPort + "/v1/catalog/nodes")
                  .toURL()
                  .openConnection();
      connection.setConnectTimeout(500);
      connection.setReadTimeout(500);
      try (InputStream body = connection.getInputStream()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8).contains("127.0.0.1");
      }
    } catch (IOException notYet) {
      return false;
    }
  }

  /** As if it crashed. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  String address() {
    return "127.0.0.1:" + httpPort;
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
