package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is not ours, run to its end. */
final class ExternalProgram {
  private ExternalProgram() {}

  /**
   * How a run ended.
   *
   * @param output standard output and standard error, as they came
   */
  record Ended(int status, String output) {
    /** Fails unless the status is 0. */
    String succeeded() {
      assertThat(status).as(output).isZero();
      return output;
    }
  }

  /** The program that a variable names; without one the test is skipped and says why. */
  static String need(String variable) {
    String program = System.getenv(variable);
    assumeTrue(
        program != null && !program.isBlank(),
        variable + " is not set: ./weir components installs the real components");
    return String.valueOf(program);
  }

  /** Runs to the end; what has not ended within the limit is killed, and the test fails. */
  static Ended run(Duration limit, List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    Thread watchdog =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            });
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    watchdog.interrupt();
    return new Ended(status, output);
  }
}
