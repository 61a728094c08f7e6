package dev.weir.platform.discovery;

/**
 * The source did not do what it was asked; its message is the reason, for health pages and logs.
 */
final class SourceFailure extends Exception {
  SourceFailure(String reason, Throwable cause) {
    super(reason, cause);
  }
}
