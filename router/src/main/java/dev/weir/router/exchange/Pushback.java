package dev.weir.router.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What a server says about trying again, in the trailer {@code grpc-retry-pushback-ms} (gRFC A6):
 * not at all, or not before a time.
 */
public final class Pushback {
  /** Name of the trailer. */
  public static final String TRAILER = "grpc-retry-pushback-ms";

  /** It says nothing. */
  public static final long NONE = Long.MIN_VALUE;

  /** Not at all. */
  public static final long NEVER = -1;

  private static final int MAX_DIGITS = 9;

  private Pushback() {}

  /**
   * Reads the trailer.
   *
   * @param value null: there is none
   * @return milliseconds, 0 or more; {@link #NONE}; or {@link #NEVER}, also for what is no number
   */
  public static long parse(@Nullable CharSequence value) {
    if (value == null) {
      return NONE;
    }
    if (value.isEmpty() || value.length() > MAX_DIGITS) {
      return NEVER;
    }
    long millis = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NEVER;
      }
      millis = millis * 10 + digit;
    }
    return millis;
  }
}
