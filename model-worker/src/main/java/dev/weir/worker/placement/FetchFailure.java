package dev.weir.worker.placement;

/** An artifact did not come. */
final class FetchFailure extends Exception {
  private final boolean worthRetryingSoon;

  /**
   * @param worthRetryingSoon whether the same request may succeed in seconds
   */
  FetchFailure(boolean worthRetryingSoon, String message, Throwable cause) {
    super(message, cause);
    this.worthRetryingSoon = worthRetryingSoon;
  }

  FetchFailure(boolean worthRetryingSoon, String message) {
    super(message);
    this.worthRetryingSoon = worthRetryingSoon;
  }

  boolean worthRetryingSoon() {
    return worthRetryingSoon;
  }
}
