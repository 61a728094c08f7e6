package dev.weir.monitor.alert;

import java.util.List;

/**
 * Who acts on alerts. Called by one thread at a time but for {@link #acknowledged}, outside any
 * lock.
 */
interface AlertListener {
  /** It begins to fire and is not silenced: once, at once. */
  default void fires(Alert alert) {}

  /** People have to be told of a group, now. */
  default void tell(AlertGroup group) {}

  /**
   * Somebody took the last alert of a group that people were told of; called by the thread that
   * brings the word, so perhaps beside the others.
   */
  default void acknowledged(AlertGroup group) {}

  /** Everything that fires, was told and goes on, acknowledged or not: about once a minute. */
  default void goesOn(List<Alert> alerts) {}
}
