package dev.weir.registry.control;

import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.state.RegistryState;
import java.time.Instant;
import java.util.List;

/** Decides what changes, from values alone. No I/O: it runs under the registry's lock. */
@FunctionalInterface
public interface Decider {
  /**
   * What a decision may know.
   *
   * @param state durable state now
   * @param now wall-clock time
   * @param revision the snapshot revision that the change will have
   */
  record Situation(RegistryState state, Instant now, long revision) {}

  /** Changes to make, in order; none: nothing to do. */
  Outcome<List<Change>> decide(Situation situation);
}
