package dev.weir.router.exchange;

import dev.weir.router.policy.Rung;
import java.util.Locale;

/** What the client got instead of the answer of the variant that was assigned. */
public enum Instead {
  /** The baseline's, since the canary has no worker; the route has no ladder. */
  BASELINE,
  /** Another variant's. */
  VARIANT,
  /** A kept one. */
  CACHED,
  /** The configured one. */
  DEFAULT,
  /** One that the confidence gate had held back, for want of a better one. */
  UNSURE;

  static Instead of(Rung rung) {
    return switch (rung) {
      case Rung.OtherVariant _ -> VARIANT;
      case Rung.Cached _ -> CACHED;
      case Rung.Fixed _ -> DEFAULT;
    };
  }

  /** The word in metadata and metric labels. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
