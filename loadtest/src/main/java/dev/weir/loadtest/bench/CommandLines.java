package dev.weir.loadtest.bench;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** How the commands of this package end. */
final class CommandLines {
  static final int EXIT_USAGE = 64;
  static final int EXIT_FAILED = 70;

  private CommandLines() {}

  /** Runs a command and ends the process with its status. */
  static void run(String name, Callable<Integer> command, String[] arguments) {
    System.exit(
        new CommandLine(command)
            .setExecutionExceptionHandler((e, line, parsed) -> {
              line.getErr().println(name + ": " + e.getMessage());
              return switch (e) {
                case InvalidValueException invalid -> EXIT_USAGE;
                case StartFailure failure -> failure.exitStatus();
                default -> EXIT_FAILED;
              };
            })
            .setParameterExceptionHandler((e, parsed) -> {
              e.getCommandLine().getErr().println(name + ": " + e.getMessage() + "; see --help");
              return EXIT_USAGE;
            })
            .execute(arguments));
  }

  /** What a command does with what it starts. */
  @FunctionalInterface
  interface Work {
    /** Returns the exit status. */
    int run(Resources resources) throws IOException, InterruptedException;
  }

  /** Does it, and stops what it started: at its end, or when the process is told to end. */
  static int withResources(Work work) throws IOException, InterruptedException {
    var resources = new Resources();
    Thread stop = Thread.ofPlatform().unstarted(resources::close);
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      return work.run(resources);
    } finally {
      resources.close();
    }
  }

  /** The program that a variable of the environment names. */
  static Path program(String variable) {
    String value = System.getenv(variable);
    if (value == null) {
      throw new InvalidValueException(
          variable, "not set", "a program's path; the scripts in loadtest/bench set it");
    }
    return Path.of(value);
  }
}
