package dev.weir.monitor.alert;

/** Who acts on alerts. Called by one thread at a time, outside any lock. */
interface AlertListener {
  /** It fires: the first time, or again because it goes on and nobody acknowledged it. */
  void fires(Alert alert, boolean again);

  /** It is over. */
  void resolved(Alert alert);
}
