package dev.weir.local.cli;

import dev.weir.monitor.guardrail.WhatIf;
import dev.weir.monitor.replay.ReplayReport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir replay}: recomputes verdicts from the evidence that a monitor kept. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Recomputes every verdict from the evidence that a monitor kept, and says whether it is the same, byte for byte.",
      "With --alpha or a ratio: also when those would have rolled back. Reads only; the monitor may run."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every verdict is the same",
      "1:some verdict is not",
      "65:some journal could not be replayed to its end"
    })
public final class ReplayCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      description = "The monitor's data folder (default: ${DEFAULT-VALUE}).",
      defaultValue = "data/monitor")
  private Path data = Path.of("data", "monitor");

  @Option(names = "--rollout", description = "Only this rollout.")
  private @Nullable String rollout;

  @Option(names = "--alpha", description = "Another false-alarm budget, over 0, at most 0.1.")
  private @Nullable Double alpha;

  @Option(
      names = "--error-ratio",
      description = "Another tolerated ratio of every error_rate guardrail, 1 to 1000.")
  private @Nullable Double errorRatio;

  @Option(
      names = "--latency-ratio",
      description = "Another tolerated ratio of every latency guardrail, 1 to 1000.")
  private @Nullable Double latencyRatio;

  @Option(
      names = "--class-ratio",
      description = "Another tolerated ratio of every predicted_class guardrail, 1 to 1000.")
  private @Nullable Double classRatio;

  @Override
  public Integer call() throws Exception {
    return ReplayReport.print(
        data,
        Optional.ofNullable(rollout),
        new WhatIf(given(alpha), given(errorRatio), given(latencyRatio), given(classRatio)),
        System.out);
  }

  private static OptionalDouble given(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
