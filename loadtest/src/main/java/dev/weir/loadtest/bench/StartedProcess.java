package dev.weir.loadtest.bench;

import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the comparison while it runs; what it says goes to a log file. */
final class StartedProcess implements AutoCloseable {
  private static final int EXIT_FAILED = 70;
  private static final int LOG_TAIL = 15;
  private static final long STOP_SECONDS = 10;

  private final String name;
  private final Process process;
  private final Path log;

  private StartedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts it with its standard error (and output, unless {@code pipeOutput}) in {@code log}.
   *
   * @throws StartFailure when the program cannot be run
   */
  static StartedProcess start(String name, List<String> command, Path log, boolean pipeOutput) {
    var builder = new ProcessBuilder(command).redirectError(log.toFile());
    if (!pipeOutput) {
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }
    try {
      return new StartedProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new StartFailure(EXIT_FAILED, name + " cannot be started (" + e.getMessage() + ")");
    }
  }

  Process process() {
    return process;
  }

  /** Waits a moment; throws when the program has ended meanwhile. */
  void waitAlive(long millis) throws InterruptedException {
    if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
      throw failure("ended with status " + process.exitValue());
    }
  }

  /** What it said last, as the reason that {@code what} happened. */
  StartFailure failure(String what) {
    String tail;
    try {
      List<String> lines = Files.readAllLines(log);
      tail = String.join("\n  ", lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size()));
    } catch (IOException e) {
      tail = "its log " + log + " cannot be read";
    }
    return new StartFailure(
        EXIT_FAILED, name + " " + what + "; its log " + log + " ends:\n  " + tail);
  }

  @Override
  public void close() {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    descendants.forEach(ProcessHandle::destroyForcibly);
  }
}
