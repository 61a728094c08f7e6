package dev.weir.router.policy;

import dev.weir.router.wire.StatusCode;
import org.jspecify.annotations.Nullable;

/** What happens with a request, and why. */
public sealed interface Decision {
  /**
   * It goes to a variant.
   *
   * @param route route that decided
   * @param variant variant
   * @param reason why that one
   * @param cohort what its outcome is counted under
   * @param unit randomisation unit of the comparison or experiment: random for an independent draw,
   *     the key's hash for a sticky one; 0 when it is no unit of either
   * @param treatment how it is treated otherwise
   * @param mirror where a copy of this very request goes; null: nowhere
   * @param experiment the arm of the experiment that assigned it; null: none did
   */
  record Routed(
      CompiledRoute route,
      RouteVariant variant,
      Reason reason,
      Cohort cohort,
      long unit,
      Treatment treatment,
      @Nullable MirrorRule mirror,
      @Nullable ExperimentArm experiment)
      implements Decision {
    /** The same way, but not counted in any comparison. */
    public Routed withoutUnit() {
      return isUnit()
          ? new Routed(route, variant, reason, variant.plain(), 0, treatment, mirror, experiment)
          : this;
    }

    /** The same request, answered by another variant of its route instead. */
    public Routed insteadBy(RouteVariant other) {
      return new Routed(route, other, Reason.FALLBACK, other.plain(), 0, treatment, null, null);
    }

    /** Whether it counts in a comparison of a rollout. */
    public boolean isUnit() {
      return unit != 0 && experiment == null;
    }
  }

  /**
   * It is refused.
   *
   * @param code status for the client
   * @param message in the words that a Triton client knows
   */
  record Refused(StatusCode code, String message) implements Decision {}
}
