package dev.weir.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The registry as users run it: a process of its own with sockets. */
final class RegistryProcess implements AutoCloseable {
  private static final Pattern PORTS =
      Pattern.compile("ready grpc=127\\.0\\.0\\.1:(\\d+) http=127\\.0\\.0\\.1:(\\d+)");

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);
  private static final int MAX_LOOKS = 3_000;

  final Process process;
  final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private final Thread reader;
  private int grpcPort;
  private int httpPort;

  private RegistryProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().unstarted(this::read);
  }

  /** Starts it and waits until it is ready or has ended. */
  static RegistryProcess start(Path folder, String... flags)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                // as users see it, not as tests do
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                RegistryMain.class.getName(),
                "--data=" + folder,
                "--grpc.port=0",
                "--http.port=0"));
    command.addAll(List.of(flags));
    var started =
        new RegistryProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    started.reader.start();
    for (int looks = 0; !started.isReady(); looks++) {
      if (started.process.waitFor(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        break;
      }
      if (looks == MAX_LOOKS) {
        started.close();
        throw new AssertionError("not ready after a minute: " + started.said);
      }
    }
    return started;
  }

  private void read() {
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        Matcher ports = PORTS.matcher(line);
        if (ports.find()) {
          synchronized (this) {
            grpcPort = Integer.parseInt(ports.group(1));
            httpPort = Integer.parseInt(ports.group(2));
          }
        }
        said.add(line);
      }
    } catch (IOException e) {
      said.add("output ended: " + e);
    }
  }

  private synchronized boolean isReady() {
    return httpPort > 0;
  }

  synchronized int grpcPort() {
    return grpcPort;
  }

  synchronized int httpPort() {
    return httpPort;
  }

  /** SIGTERM; answers with the exit status. */
  int stop() throws InterruptedException {
    process.toHandle().destroy();
    return exit();
  }

  int exit() throws InterruptedException {
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError("does not end: " + said);
    }
    reader.join();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
