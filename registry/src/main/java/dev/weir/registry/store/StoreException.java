package dev.weir.registry.store;

import java.util.Locale;

/** Something could not be stored or read. Nothing of it is half done. */
public final class StoreException extends RuntimeException {
  private final boolean full;

  private StoreException(String message, boolean full, Throwable cause) {
    super(message, cause);
    this.full = full;
  }

  /** What was tried, and why it failed. Recognises a full disk. */
  public static StoreException of(String attempt, Throwable cause) {
    boolean full = false;
    String why = String.valueOf(cause.getMessage());
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("no space left")
          || message.contains("quota exceeded")
          || message.contains("sqlite_full")) {
        full = true;
      }
      why = String.valueOf(t.getMessage());
    }
    return new StoreException(
        full
            ? attempt + ": the disk is full; free space and try again, nothing was stored"
            : attempt + ": " + why,
        full,
        cause);
  }

  /** True when more room would help. */
  public boolean isFull() {
    return full;
  }
}
