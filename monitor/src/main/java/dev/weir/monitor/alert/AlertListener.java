package dev.weir.monitor.alert;

import java.util.List;

/**
 * Who acts on alerts. Called by one thread at a time but for {@link #acknowledged}, outside any
 * lock.
 */
interface AlertListener {
  /** It fires: the first time, or again because it goes on and nobody acknowledged it. */
  void fires(Alert alert, boolean again);

  /** It is over. */
  void resolved(Alert alert);

  /** Somebody took it; called by the thread that brings the word, so perhaps beside the others. */
  default void acknowledged(Alert alert) {}

  /** Everything that fires, was told and goes on, acknowledged or not: about once a minute. */
  default void goesOn(List<Alert> alerts) {}
}
