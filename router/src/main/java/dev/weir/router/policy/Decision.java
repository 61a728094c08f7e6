package dev.weir.router.policy;

import dev.weir.router.wire.StatusCode;

/** What happens with a request, and why. */
public sealed interface Decision {
  /**
   * It goes to a variant.
   *
   * @param route route that decided
   * @param variant variant
   * @param reason why that one
   * @param cohort what its outcome is counted under
   * @param unit randomisation unit: random for an independent draw, the key's hash for a sticky
   *     one; 0 when it is no unit
   */
  record Routed(CompiledRoute route, RouteVariant variant, Reason reason, Cohort cohort, long unit)
      implements Decision {
    /** The same way, but not counted in any comparison. */
    public Routed withoutUnit() {
      return isUnit() ? new Routed(route, variant, reason, variant.plain(), 0) : this;
    }

    /** Whether it counts in a comparison. */
    public boolean isUnit() {
      return unit != 0;
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
