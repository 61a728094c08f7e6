package dev.weir.local.mesh;

import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A child process whose output goes to a file. It gets a pipe as standard input that stays open as
 * long as this process lives; our own services end when it closes, so that nothing is left behind
 * when this process is killed.
 */
public final class ManagedProcess implements AutoCloseable {
  private static final int SHOWN_LOG_LINES = 8;

  private final String name;
  private final Process process;
  private final Path log;

  private ManagedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts. Its log is appended to. */
  public static ManagedProcess start(
      String name, List<String> command, Map<String, String> environment, Path log) {
    try {
      Path folder = log.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      var builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
      builder.environment().putAll(environment);
      return new ManagedProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new StartFailure(
          69, name + ": " + command.getFirst() + " cannot be started (" + e.getMessage() + ")");
    }
  }

  /** Name. */
  public String name() {
    return name;
  }

  /** Its log. */
  public Path log() {
    return log;
  }

  /** Process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until it is ready.
   *
   * @throws StartFailure when it ends before, or is not ready in time; the message has the end of
   *     its log
   */
  public void awaitReady(BooleanSupplier ready, Duration limit, Clock clock) {
    long end = clock.nanoTime() + limit.toNanos();
    while (!ready.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new StartFailure(
            69, name + " ended with status " + process.exitValue() + "; " + tail());
      }
      if (clock.nanoTime() - end > 0) {
        throw new StartFailure(
            69, name + " is not ready after " + limit.toSeconds() + " s; " + tail());
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new StartFailure(70, "interrupted while " + name + " was starting");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private String tail() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_LOG_LINES), lines.size());
      return "its log " + log + " ends with:\n  " + String.join("\n  ", last);
    } catch (IOException e) {
      return "its log " + log + " cannot be read: " + e.getMessage();
    }
  }

  /** SIGKILL: no chance to clean up. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM, without waiting. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for its end, at most the time given, then kills it. */
  public void awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
    }
  }

  @Override
  public void close() throws InterruptedException {
    terminate();
    awaitEnd(Duration.ofSeconds(30));
  }
}
