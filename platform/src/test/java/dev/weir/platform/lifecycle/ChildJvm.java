package dev.weir.platform.lifecycle;

import dev.weir.platform.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM of its own, with this test's class path, that can be killed. */
public final class ChildJvm implements AutoCloseable {
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final BufferedReader output;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Its output and its errors come on one stream. */
  public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    command.addAll(List.of(arguments));
    return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** The next line, or null when there is no more. */
  public @Nullable String readLine() throws IOException {
    return output.readLine();
  }

  /** SIGKILL, and waits until it is gone. What it said before can still be read. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  /**
   * Reads so many lines, waits a while into what comes behind them, kills, and reads what was said
   * until then.
   *
   * @return all lines
   * @throws AssertionError when it ended by itself
   */
  public List<String> killAfter(int lines, long nanos, Clock clock)
      throws IOException, InterruptedException {
    var said = new ArrayList<String>();
    for (String line = readLine(); line != null; line = readLine()) {
      said.add(line);
      if (said.size() == lines) {
        long end = clock.nanoTime() + nanos;
        while (clock.nanoTime() - end < 0) {
          Thread.onSpinWait();
        }
        // through the handle, which leaves what was said before to be read
        process.toHandle().destroyForcibly();
      }
    }
    if (exitStatus() != KILLED) {
      throw new AssertionError("ended by itself with " + exitStatus() + ": " + said);
    }
    return said;
  }

  /** SIGTERM. What it says then can be read. */
  void terminate() {
    process.toHandle().destroy();
  }

  int exitStatus() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("still running");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
