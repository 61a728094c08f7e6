package dev.weir.router.balance;

import java.util.Locale;

/** Why a version on a worker is taken out of rotation. */
public enum EjectionReason {
  /** Too many failures in a row. */
  FAILURES,
  /** More errors than its peers. */
  ERROR_RATE,
  /** Slower than its peers. */
  LATENCY;

  /** The word in logs and metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
