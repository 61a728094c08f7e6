package dev.weir.router.outcome;

import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.router.policy.Cohort;

/** The requests of one cohort that started in one slice. */
sealed interface Cell permits CountedCell, UnitCell {
  /** Requests started so far. */
  int started();

  /** Requests ended so far. */
  int finished();

  /** Writes the counts; what ends later is late. */
  OutcomeCell close(Cohort cohort);
}
