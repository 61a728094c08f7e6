package dev.weir.router.http2;

/**
 * How much the peer may still send, of one stream or one connection (RFC 9113, 5.2). Credit goes
 * back in steps of half a window, so that updates are few. Not thread-safe.
 *
 * <p>{@code received() - credited()} is what is held here now; it is 0 when nothing is under way.
 */
final class ReceiveWindow {
  private final int size;
  private int open;
  private int unannounced;
  private long received;
  private long credited;

  /**
   * @param size bytes that may be under way, at least 1
   */
  ReceiveWindow(int size) {
    this.size = size;
    this.open = size;
  }

  /** Takes bytes; false when the peer sent more than it may. */
  boolean receive(int bytes) {
    open -= bytes;
    received += bytes;
    return open >= 0;
  }

  /** Gives bytes back; returns what to announce to the peer now, 0 for nothing. */
  int credit(int bytes) {
    credited += bytes;
    unannounced += bytes;
    if (unannounced < size >>> 1) {
      return 0;
    }
    int increment = unannounced;
    unannounced = 0;
    open += increment;
    return increment;
  }

  long received() {
    return received;
  }

  long credited() {
    return credited;
  }
}
