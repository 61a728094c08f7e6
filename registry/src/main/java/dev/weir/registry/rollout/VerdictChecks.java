package dev.weir.registry.rollout;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.registry.model.Names;
import java.util.regex.Pattern;

/** What a monitor's verdict must look like. */
public final class VerdictChecks {
  private static final int MAX_GUARDRAILS = 64;
  private static final int MAX_EXEMPLARS = 8;
  private static final int MAX_TEXT = 2_048;
  private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}");

  private VerdictChecks() {}

  /**
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  public static void check(String at, Verdict verdict) {
    Names.inner(at + ".rollout_id", verdict.getRolloutId());
    state(at + ".state", verdict.getState(), verdict.getStateValue());
    Check.inRange(at + ".guardrails count", verdict.getGuardrailsCount(), 0, MAX_GUARDRAILS);
    for (GuardrailEvidence evidence : verdict.getGuardrailsList()) {
      Names.inner(at + ".guardrails.guardrail", evidence.getGuardrail());
      String in = at + ".guardrails." + evidence.getGuardrail();
      state(in + ".state", evidence.getState(), evidence.getStateValue());
      Names.text(in + ".statistic", evidence.getStatistic(), MAX_TEXT);
      Names.text(in + ".decisive_outcome", evidence.getDecisiveOutcome(), MAX_TEXT);
      Names.text(in + ".effect.measure", evidence.getEffect().getMeasure(), MAX_TEXT);
    }
    if (Double.isNaN(verdict.getReleaseLogE()) || Double.isNaN(verdict.getLogThreshold())) {
      throw new InvalidValueException(at + ".release_log_e", "NaN", "a number");
    }
    Check.inRange(
        at + ".exemplar_trace_ids count", verdict.getExemplarTraceIdsCount(), 0, MAX_EXEMPLARS);
    for (String trace : verdict.getExemplarTraceIdsList()) {
      if (!TRACE.matcher(trace).matches()) {
        throw new InvalidValueException(
            at + ".exemplar_trace_ids", trace, "32 lower-case hexadecimal digits");
      }
    }
    Check.inRange(
        at + ".exemplar_request_ids count", verdict.getExemplarRequestIdsCount(), 0, MAX_EXEMPLARS);
    for (String request : verdict.getExemplarRequestIdsList()) {
      Names.text(at + ".exemplar_request_ids", request, MAX_TEXT);
    }
    Names.text(at + ".explanation", verdict.getExplanation(), MAX_TEXT);
    Names.text(at + ".decisive_guardrail", verdict.getDecisiveGuardrail(), 64);
  }

  private static void state(String field, VerdictState state, int number) {
    if (state == VerdictState.UNRECOGNIZED || state == VerdictState.VERDICT_STATE_UNSPECIFIED) {
      throw new InvalidValueException(field, number, "PASSING, UNDECIDED, VIOLATED or INVALID");
    }
  }
}
