package dev.weir.registry.rollout;

import dev.weir.registry.outcome.Refusal;

/** What an event leads to. */
public sealed interface Decision {
  /** This must be made durable, then applied. */
  record Change(RolloutRecord record) implements Decision {}

  /**
   * Nothing changes.
   *
   * @param waitingFor what must happen before the next step, for people; empty: nothing, it is over
   */
  record Wait(String waitingFor) implements Decision {}

  /** The operator's wish cannot be granted. */
  record Refused(Refusal refusal) implements Decision {}
}
