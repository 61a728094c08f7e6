package dev.weir.router.policy;

import java.util.Locale;

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

  /** The word in metric labels. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  int bit() {
    return 1 << ordinal();
  }
}
