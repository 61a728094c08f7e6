package dev.weir.registry.rollout;

import dev.weir.proto.route.v1.Verdict;
import java.util.Optional;

/** What can happen to a rollout once it has started. */
public sealed interface RolloutEvent {
  /**
   * Something was seen: time passed, a worker reported, a verdict came. Whatever woke the registry,
   * the decision reads everything that is known now, so no wake-up can be missed for good.
   *
   * @param fleet the workers heard lately
   * @param newest the newest verdict about this rollout, when it is fresh enough to act on
   */
  record Observed(FleetView fleet, Optional<Verdict> newest) implements RolloutEvent {}

  /**
   * An operator wants something.
   *
   * @param command what
   * @param actor who
   * @param reason why, in the operator's words; may be empty
   */
  record Steered(Command command, String actor, String reason) implements RolloutEvent {}

  /** What an operator can want. */
  enum Command {
    /** Keep the step. */
    PAUSE,
    /** Go on. */
    RESUME,
    /** Next step now. */
    PROMOTE,
    /** Take all traffic off the canary and end. */
    ABORT
  }
}
