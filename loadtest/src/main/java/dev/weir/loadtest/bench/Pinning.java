package dev.weir.loadtest.bench;

import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Which processors run what; a negative number is any.
 *
 * @param proxyCpu number of the processor that runs the proxy under test, and nothing else of ours
 * @param loadCpu number of the processor that runs load, upstream and this program
 */
record Pinning(int proxyCpu, int loadCpu) {
  /** Everything runs anywhere. */
  static final Pinning NONE = new Pinning(-1, -2);

  Pinning {
    if (proxyCpu == loadCpu) {
      throw new InvalidValueException("--proxy-cpu", proxyCpu, "another processor than --load-cpu");
    }
  }

  /** The command, kept on the proxy's processor. */
  List<String> forProxy(List<String> command) {
    return on(proxyCpu, command);
  }

  /** The command, kept on the load's processor. */
  List<String> forLoad(List<String> command) {
    return on(loadCpu, command);
  }

  /**
   * Keeps this whole program, and what it starts without a word about it, on the load's processor.
   */
  void applyToSelf() throws IOException, InterruptedException {
    String pid = String.valueOf(ProcessHandle.current().pid());
    Process taskset =
        new ProcessBuilder("taskset", "-acp", String.valueOf(loadCpu), pid)
            .redirectErrorStream(true)
            .start();
    String said = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (taskset.waitFor() != 0) {
      throw new InvalidValueException(
          "--load-cpu", loadCpu, "a processor of this machine; " + said.strip());
    }
  }

  private static List<String> on(int cpu, List<String> command) {
    if (cpu < 0) {
      return command;
    }
    var pinned = new ArrayList<>(List.of("taskset", "-c", String.valueOf(cpu)));
    pinned.addAll(command);
    return pinned;
  }
}
