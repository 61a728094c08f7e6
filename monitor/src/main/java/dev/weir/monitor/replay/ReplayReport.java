package dev.weir.monitor.replay;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.weir.monitor.guardrail.RolloutReplay;
import dev.weir.monitor.guardrail.RolloutReplay.Compared;
import dev.weir.monitor.guardrail.RolloutReplay.Fired;
import dev.weir.monitor.guardrail.WhatIf;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Replays the journals in a monitor's data folder and says whether each verdict comes out again,
 * and what other tolerances would have decided. Reads only: the monitor may run.
 */
public final class ReplayReport {
  /** Every verdict came out again. */
  public static final int EQUAL = 0;

  /** Some verdict did not. */
  public static final int DIFFERENT = 1;

  /** A journal could not be replayed to its end. */
  public static final int NOT_WHOLE = 65;

  private final PrintStream out;
  private final WhatIf whatIf;
  private int replayed;
  private int verdicts;
  private int different;
  private int notWhole;
  private int completed;
  private int completedFired;
  private int rolledBack;
  private int rolledBackFired;

  private ReplayReport(PrintStream out, WhatIf whatIf) {
    this.out = out;
    this.whatIf = whatIf;
  }

  /**
   * Prints the report.
   *
   * @param data the monitor's data folder
   * @param rollout only of this one; empty: of all
   * @return {@link #EQUAL}, {@link #DIFFERENT} or {@link #NOT_WHOLE}
   * @throws InvalidValueException when there is no such journal
   */
  public static int print(Path data, Optional<String> rollout, WhatIf whatIf, PrintStream out)
      throws IOException {
    Path folder = data.resolve("replay");
    if (!Files.isDirectory(folder)) {
      throw new InvalidValueException("data", data, "a monitor's data folder, with replay/ in it");
    }
    var report = new ReplayReport(out, whatIf);
    for (Path file : files(folder, rollout)) {
      report.add(file);
    }
    report.sum();
    return report.different > 0 ? DIFFERENT : report.notWhole > 0 ? NOT_WHOLE : EQUAL;
  }

  private static List<Path> files(Path folder, Optional<String> rollout) throws IOException {
    if (rollout.isPresent()) {
      Path file = JournalFolder.file(folder, rollout.get());
      if (!Files.exists(file)) {
        throw new InvalidValueException("rollout", rollout.get(), "one with a file in " + folder);
      }
      return List.of(file);
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.toString().endsWith(JournalFile.ENDING)).sorted().toList();
    }
  }

  private void add(Path file) throws IOException {
    ReplayedRollout asItWas = ReplayedRollout.of(file, WhatIf.NOTHING);
    RolloutReplay.Outcome outcome = asItWas.outcome();
    Rollout rollout = outcome.rollout();
    replayed++;
    out.printf(
        Locale.ROOT,
        "%s: route %s, version %s after %s, %s, %,d entries%n",
        rollout.getId().isEmpty() ? file.getFileName() : rollout.getId(),
        rollout.getSpec().getRoute(),
        rollout.getSpec().getCanaryVersion(),
        rollout.getBaselineVersion(),
        outcome.ended() ? rollout.getState() : "under way or not kept to its end",
        outcome.entries());
    for (Compared compared : outcome.compared()) {
      say(compared);
    }
    if (!asItWas.problem().isEmpty()) {
      notWhole++;
      out.println("  not replayed to its end: " + asItWas.problem());
    }
    if (!whatIf.isNothing()) {
      ask(file, outcome);
    }
  }

  private void say(Compared compared) {
    verdicts++;
    if (compared.equal()) {
      out.printf(
          Locale.ROOT,
          "  %s %s: the same, byte for byte (%,d bytes)%n",
          compared.at(),
          compared.given().getState(),
          compared.given().getSerializedSize());
      return;
    }
    different++;
    out.printf(
        Locale.ROOT,
        "  %s %s: DIFFERENT, recomputed %s, in %s%n",
        compared.at(),
        compared.given().getState(),
        compared.recomputed().getState(),
        differing(compared.given(), compared.recomputed()));
  }

  /** Names of the fields that differ. */
  private static List<String> differing(Verdict given, Verdict recomputed) {
    Map<FieldDescriptor, Object> one = given.getAllFields();
    Map<FieldDescriptor, Object> other = recomputed.getAllFields();
    return Verdict.getDescriptor().getFields().stream()
        .filter(field ->
            !Optional.ofNullable(one.get(field)).equals(Optional.ofNullable(other.get(field))))
        .map(FieldDescriptor::getName)
        .toList();
  }

  private void ask(Path file, RolloutReplay.Outcome asItWas) throws IOException {
    Optional<Fired> fired = ReplayedRollout.of(file, whatIf).outcome().fired();
    out.println(
        "  with other tolerances: "
            + fired.map(ReplayReport::words).orElse("not rolled back")
            + "; as it was: "
            + asItWas.fired().map(ReplayReport::words).orElse("not rolled back"));
    if (asItWas.completed()) {
      completed++;
      completedFired += fired.isPresent() ? 1 : 0;
    } else if (asItWas.ended() && asItWas.rollout().getState() == RolloutState.ROLLED_BACK) {
      rolledBack++;
      rolledBackFired += fired.isPresent() ? 1 : 0;
    }
  }

  private static String words(Fired fired) {
    Verdict verdict = fired.verdict();
    Instant first =
        Instant.ofEpochSecond(
            verdict.getFirstCanaryAt().getSeconds(), verdict.getFirstCanaryAt().getNanos());
    return String.format(
        Locale.ROOT,
        "rolled back %.1f s and %,d canary requests after its first, by %s",
        Duration.between(first, fired.at()).toMillis() / 1e3,
        verdict.getCanaryRequests(),
        verdict.getDecisiveGuardrail().isEmpty() ? "all together" : verdict.getDecisiveGuardrail());
  }

  private void sum() {
    out.printf(
        Locale.ROOT,
        "%d rollouts, %d verdicts: %d the same, %d different; %d journals not whole%n",
        replayed,
        verdicts,
        verdicts - different,
        different,
        notWhole);
    if (!whatIf.isNothing()) {
      out.printf(
          Locale.ROOT,
          "with other tolerances: of %d that completed %d would have been rolled back%s, of %d that were rolled back %d%s%n",
          completed,
          completedFired,
          interval(completedFired, completed),
          rolledBack,
          rolledBackFired,
          interval(rolledBackFired, rolledBack));
    }
  }

  /** How sure the share is; empty: there is none. */
  private static String interval(int hits, int units) {
    return units == 0
        ? ""
        : String.format(
            Locale.ROOT,
            " (%.0f %% interval %s)",
            100 * BinomialInterval.COVERAGE,
            BinomialInterval.of(hits, units));
  }
}
