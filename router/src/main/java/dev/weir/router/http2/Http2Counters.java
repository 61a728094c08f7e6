package dev.weir.router.http2;

import io.netty.handler.codec.http2.Http2Error;
import java.util.concurrent.atomic.LongAdder;

/** What connections count for operators. Thread-safe. */
public final class Http2Counters {
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder refusedConnections = new LongAdder();
  private final LongAdder refusedStreams = new LongAdder();
  private final LongAdder windowStalls = new LongAdder();
  private final LongAdder[] faults = new LongAdder[Http2Error.values().length];
  private final LongAdder queuedBytes = new LongAdder();

  /** All zero. */
  public Http2Counters() {
    for (int i = 0; i < faults.length; i++) {
      faults[i] = new LongAdder();
    }
  }

  void opened() {
    opened.increment();
  }

  void closed() {
    closed.increment();
  }

  /** A connection over the limit. */
  public void refusedConnection() {
    refusedConnections.increment();
  }

  void refusedStream() {
    refusedStreams.increment();
  }

  void windowStall() {
    windowStalls.increment();
  }

  void fault(Http2Error error) {
    faults[error.ordinal()].increment();
  }

  /** So many bytes more, or fewer when negative, wait for receivers. */
  public void queued(int bytes) {
    queuedBytes.add(bytes);
  }

  /** Connections opened and not closed. */
  public long connections() {
    return opened.sum() - closed.sum();
  }

  /** Connections that were refused because there were too many. */
  public long refusedConnections() {
    return refusedConnections.sum();
  }

  /** Streams refused: too many at once on their connection. */
  public long refusedStreams() {
    return refusedStreams.sum();
  }

  /** Pieces of DATA that had to wait for the receiver. */
  public long windowStalls() {
    return windowStalls.sum();
  }

  /** Connections and streams that were ended because the peer broke the protocol, by error. */
  public long faults(Http2Error error) {
    return faults[error.ordinal()].sum();
  }

  /** Bytes that wait for receivers now. */
  public long queuedBytes() {
    return queuedBytes.sum();
  }
}
