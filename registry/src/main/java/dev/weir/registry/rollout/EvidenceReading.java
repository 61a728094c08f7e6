package dev.weir.registry.rollout;

import dev.weir.proto.route.v1.Advance;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Guardrail.Action;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.util.List;
import java.util.Optional;

/** What a verdict asks the registry to do, given the rollout's own guardrails. */
sealed interface EvidenceReading {
  /** The word under which an INVALID verdict is overruled. */
  String SAMPLE_RATIO = "sample_ratio";

  /** Take the traffic off the canary. */
  record RollBack(String because) implements EvidenceReading {}

  /**
   * Keep the share until an operator decides.
   *
   * @param causes what an operator would overrule by resuming
   */
  record Hold(List<String> causes, String because) implements EvidenceReading {}

  /** The step named has what the rollout asks for before the next. */
  record MayProceed(int step) implements EvidenceReading {}

  /** Not enough seen yet. */
  record Undecided(String because) implements EvidenceReading {}

  /** Reads a verdict. The actions are the spec's: what the monitor says of them is not believed. */
  static EvidenceReading of(RolloutSpec spec, Verdict verdict) {
    return switch (verdict.getState()) {
      case PASSING -> new MayProceed(verdict.getRolloutStep());
      case INVALID ->
          new Hold(
              List.of(SAMPLE_RATIO),
              text(verdict, "the shares do not match the recorded probabilities"));
      case VIOLATED -> violated(spec, verdict);
      case UNDECIDED ->
          verdict.getMayProceed() && spec.getAdvance() != Advance.ADVANCE_SHOWN
              ? new MayProceed(verdict.getRolloutStep())
              : new Undecided(text(verdict, "the monitor has not seen enough"));
      case VERDICT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          new Undecided(text(verdict, "the monitor has not seen enough"));
    };
  }

  private static EvidenceReading violated(RolloutSpec spec, Verdict verdict) {
    List<String> violated =
        verdict.getGuardrailsList().stream()
            .filter(evidence -> evidence.getState() == VerdictState.VIOLATED)
            .map(GuardrailEvidence::getGuardrail)
            .toList();
    String decisive = verdict.getDecisiveGuardrail();
    boolean onlyHolds =
        !violated.isEmpty()
            && violated.stream().allMatch(name -> holds(spec, name))
            && (decisive.isEmpty() || holds(spec, decisive))
            && !(verdict.getLogThreshold() > 0
                && verdict.getReleaseLogE() >= verdict.getLogThreshold());
    String because = text(verdict, "a guardrail is violated");
    return onlyHolds ? new Hold(violated, because) : new RollBack(because);
  }

  private static boolean holds(RolloutSpec spec, String guardrail) {
    return spec.getGuardrailsList().stream()
        .filter(g -> g.getName().equals(guardrail))
        .map(Guardrail::getAction)
        .anyMatch(Action.HOLD::equals);
  }

  private static String text(Verdict verdict, String otherwise) {
    if (!verdict.getExplanation().isEmpty()) {
      return verdict.getExplanation();
    }
    Optional<GuardrailEvidence> decisive =
        verdict.getGuardrailsList().stream()
            .filter(e -> e.getGuardrail().equals(verdict.getDecisiveGuardrail()))
            .findFirst();
    return decisive.map(e -> e.getGuardrail() + ": " + e.getStatistic()).orElse(otherwise);
  }
}
