package dev.weir.local.cli;

import dev.weir.monitor.guardrail.Tolerance;
import dev.weir.monitor.guardrail.WhatIf;
import dev.weir.monitor.replay.ReplayReport;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
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
      "With --alpha or --tolerate: also when those would have rolled back. Reads only; the monitor may run."
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
      names = "--tolerate",
      paramLabel = "NAME=VALUE",
      description = {
        "Another tolerance of every guardrail that has it; may be repeated:",
        "error-ratio, error-difference, error-ceiling, latency-ratio, latency-slack-millis, class-ratio, score-ratio,",
        "confidence-difference, label-difference, label-bound, business-difference, shadow-agreement, incomplete-difference."
      })
  private Map<String, Double> tolerances = Map.of();

  @Option(
      names = "--guardrail",
      description = "Change the tolerances of the guardrails of this name alone; may be repeated.")
  private List<String> guardrails = List.of();

  @Override
  public Integer call() throws Exception {
    var others = new EnumMap<Tolerance, Double>(Tolerance.class);
    tolerances.forEach((name, value) -> others.put(Tolerance.named(name), value));
    return ReplayReport.print(
        data,
        Optional.ofNullable(rollout),
        new WhatIf(
            alpha == null ? OptionalDouble.empty() : OptionalDouble.of(alpha),
            others,
            Set.copyOf(guardrails)),
        System.out);
  }
}
