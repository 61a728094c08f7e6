package dev.weir.monitor.dashboard;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.guardrail.RolloutView;
import dev.weir.proto.route.v1.Effect;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One rollout: what it wants, where it is, what the evidence says, and how it ended. Times are
 * milliseconds since 1970, 0: none.
 *
 * @param over nothing more happens to it
 * @param secondsToDecision from the first canary request to the decision; null: not rolled back
 * @param harmedRequests requests that a version got which was then rolled back; null: it was not
 * @param exemplars traces that show why
 * @param exemplarRequests requests whose samples show why
 */
record RolloutStateView(
    String id,
    String route,
    String model,
    String baselineVersion,
    String canaryVersion,
    String state,
    boolean over,
    int step,
    List<Step> steps,
    long createdAt,
    long enteredAt,
    long endedAt,
    String reason,
    String waitingFor,
    @Nullable VerdictView verdict,
    @Nullable Double secondsToDecision,
    @Nullable Long harmedRequests,
    List<Exemplar> exemplars,
    List<String> exemplarRequests,
    History history) {
  /** One step; minimum stay in seconds. */
  record Step(int canaryBasisPoints, long minSeconds, long minCanaryUnits) {}

  /** The evidence. */
  record VerdictView(
      String state,
      String explanation,
      String decisiveGuardrail,
      double releaseLogE,
      double logThreshold,
      long canaryRequests,
      int step,
      long stepCanaryUnits,
      long firstCanaryAt,
      long at,
      List<GuardrailView> guardrails) {}

  /** One guardrail's evidence. */
  record GuardrailView(
      String name,
      String state,
      String action,
      double logE,
      double maxLogE,
      double logThreshold,
      long canaryUnits,
      long baselineUnits,
      String statistic,
      String decisiveOutcome,
      double logEWithin,
      double logThresholdWithin,
      @Nullable EffectView effect) {}

  /**
   * How far the two versions are apart.
   *
   * @param low lower end of the interval of canary minus baseline; null: unbounded
   * @param high upper end; null: unbounded
   * @param tolerated largest difference that is tolerated; null: none is
   */
  record EffectView(
      String measure,
      double canary,
      double baseline,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double tolerated) {}

  /**
   * A trace.
   *
   * @param held the monitor can show it
   */
  record Exemplar(String traceId, boolean held) {}

  /**
   * How the evidence grew.
   *
   * @param at moments, seconds since 1970
   * @param series one for each guardrail, then "all together"
   */
  record History(List<Double> at, List<Line> series) {}

  /** One line of the chart: evidence against the guardrail, and (not of all together) for it. */
  record Line(String name, List<Double> logE, List<Double> logEWithin) {}

  static RolloutStateView of(
      Rollout rollout, @Nullable RolloutView view, Predicate<String> traceHeld) {
    Verdict verdict = newest(rollout, view);
    boolean rolledBack = rollout.getState() == RolloutState.ROLLED_BACK;
    return new RolloutStateView(
        rollout.getId(),
        rollout.getSpec().getRoute(),
        rollout.getModel(),
        rollout.getBaselineVersion(),
        rollout.getSpec().getCanaryVersion(),
        FleetState.word(rollout.getState().name()),
        isOver(rollout),
        rollout.getStep(),
        rollout.getSpec().getStepsList().stream().map(RolloutStateView::step).toList(),
        millis(rollout.getCreatedAt()),
        millis(rollout.getEnteredAt()),
        millis(rollout.getEndedAt()),
        rollout.getReason(),
        rollout.getWaitingFor(),
        verdict == null ? null : verdictView(verdict),
        rolledBack && verdict != null ? secondsToDecision(verdict) : null,
        rolledBack && verdict != null ? verdict.getCanaryRequests() : null,
        verdict == null
            ? List.of()
            : verdict.getExemplarTraceIdsList().stream()
                .map(id -> new Exemplar(id, traceHeld.test(id)))
                .toList(),
        verdict == null ? List.of() : List.copyOf(verdict.getExemplarRequestIdsList()),
        history(view));
  }

  /**
   * The monitor's own knowledge is newer than the registry's, and goes on counting the requests
   * that a decision came too late for; but a decision of the registry's is shown as it was taken.
   */
  private static @Nullable Verdict newest(Rollout rollout, @Nullable RolloutView view) {
    if (view == null) {
      return rollout.hasVerdict() ? rollout.getVerdict() : null;
    }
    boolean decided = rollout.getVerdict().getState() == VerdictState.VIOLATED && isOver(rollout);
    return decided
        ? rollout.getVerdict().toBuilder()
            .setCanaryRequests(
                Math.max(
                    rollout.getVerdict().getCanaryRequests(), view.verdict().getCanaryRequests()))
            .build()
        : view.verdict();
  }

  private static boolean isOver(Rollout rollout) {
    return switch (rollout.getState()) {
      case COMPLETED, ROLLED_BACK, FAILED, ABORTED -> true;
      case PREPARING, PROGRESSING, PAUSED, ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static Step step(RolloutStep step) {
    return new Step(
        step.getCanaryBasisPoints(), step.getMinDuration().getSeconds(), step.getMinCanaryUnits());
  }

  private static @Nullable Double secondsToDecision(Verdict verdict) {
    return verdict.hasFirstCanaryAt() && verdict.hasAt()
        ? (millis(verdict.getAt()) - millis(verdict.getFirstCanaryAt())) / 1000.0
        : null;
  }

  private static VerdictView verdictView(Verdict verdict) {
    return new VerdictView(
        FleetState.word(verdict.getState().name()),
        verdict.getExplanation(),
        verdict.getDecisiveGuardrail(),
        verdict.getReleaseLogE(),
        verdict.getLogThreshold(),
        verdict.getCanaryRequests(),
        verdict.getRolloutStep(),
        verdict.getStepCanaryUnits(),
        millis(verdict.getFirstCanaryAt()),
        millis(verdict.getAt()),
        verdict.getGuardrailsList().stream().map(RolloutStateView::guardrail).toList());
  }

  private static GuardrailView guardrail(GuardrailEvidence evidence) {
    return new GuardrailView(
        evidence.getGuardrail(),
        FleetState.word(evidence.getState().name()),
        FleetState.word(evidence.getAction().name()),
        evidence.getLogE(),
        evidence.getMaxLogE(),
        evidence.getLogThreshold(),
        evidence.getCanaryUnits(),
        evidence.getBaselineUnits(),
        evidence.getStatistic(),
        evidence.getDecisiveOutcome(),
        evidence.getLogEWithin(),
        evidence.getLogThresholdWithin(),
        evidence.hasEffect() ? effect(evidence.getEffect()) : null);
  }

  private static @Nullable EffectView effect(Effect effect) {
    return Double.isFinite(effect.getCanary()) && Double.isFinite(effect.getBaseline())
        ? new EffectView(
            effect.getMeasure(),
            effect.getCanary(),
            effect.getBaseline(),
            finite(effect.getDifferenceLow()),
            finite(effect.getDifferenceHigh()),
            finite(effect.getTolerated()))
        : null;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static History history(@Nullable RolloutView view) {
    if (view == null) {
      return new History(List.of(), List.of());
    }
    List<Double> at = view.history().stream().map(p -> p.epochMillis() / 1000.0).toList();
    var lines = new java.util.ArrayList<Line>();
    for (int i = 0; i <= view.guardrails().size(); i++) {
      int place = i;
      lines.add(
          new Line(
              i < view.guardrails().size() ? view.guardrails().get(i) : "all together",
              view.history().stream().map(point -> point.logE().get(place)).toList(),
              i < view.guardrails().size()
                  ? view.history().stream().map(point -> point.logEWithin().get(place)).toList()
                  : List.of()));
    }
    return new History(at, lines);
  }

  private static long millis(Timestamp timestamp) {
    return timestamp.getSeconds() * 1_000 + timestamp.getNanos() / 1_000_000;
  }
}
