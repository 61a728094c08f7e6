package dev.weir.router.balance;

/** What carries calls to one worker: the data plane's own, opaque here. Thread-safe. */
public interface Upstream extends AutoCloseable {
  /**
   * The worker was heard of: connect now instead of waiting out the back-off of earlier failures.
   */
  void wakeUp();

  /** Takes no new calls; those in flight finish. Does not wait. Idempotent. */
  @Override
  void close();
}
