package dev.weir.monitor.intake;

import org.jspecify.annotations.Nullable;

/**
 * A report could not be taken now; it may have been taken in part, and sending it again is safe.
 */
public final class NotTakenException extends RuntimeException {
  /**
   * @param message what is away
   */
  public NotTakenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
