package dev.weir.router.policy;

/** What went wrong with the answer so far, so that the ladder's next rung is asked. */
public enum FallbackTrigger {
  /** No ready worker, or UNAVAILABLE, after all tries. */
  UNAVAILABLE,
  /** The time for a try was over, the client's was not. */
  DEADLINE,
  /** The confidence gate held the answer back. */
  LOW_CONFIDENCE,
  /** Another error that is not the client's mistake. */
  ERROR;

  int bit() {
    return 1 << ordinal();
  }
}
