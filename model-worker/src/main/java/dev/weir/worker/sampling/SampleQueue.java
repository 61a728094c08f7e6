package dev.weir.worker.sampling;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Predictions between the serving path and the sender, bounded in number and in bytes. Thread-safe;
 * the lock is held for a few instructions only.
 *
 * <p>Invariant: {@code size <= maxQueued} and {@code bytes <= maxQueuedBytes}; {@code offered =
 * dropped + taken + size}.
 */
final class SampleQueue {
  private final int maxQueued;
  private final long maxQueuedBytes;

  @GuardedBy("this")
  private final Deque<Entry> entries = new ArrayDeque<>();

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private long dropped;

  private record Entry(Prediction prediction, long bytes) {}

  SampleQueue(int maxQueued, long maxQueuedBytes) {
    this.maxQueued = maxQueued;
    this.maxQueuedBytes = maxQueuedBytes;
  }

  /** Takes a prediction, or drops it when there is no room. */
  void offer(Prediction prediction) {
    long size =
        (long) prediction.request().getSerializedSize() + prediction.response().getSerializedSize();
    synchronized (this) {
      if (entries.size() >= maxQueued || bytes + size > maxQueuedBytes) {
        dropped++;
        return;
      }
      entries.add(new Entry(prediction, size));
      bytes += size;
    }
  }

  /** Takes out the oldest, at most so many. */
  synchronized List<Prediction> take(int max) {
    var taken = new ArrayList<Prediction>(Math.min(max, entries.size()));
    while (taken.size() < max && !entries.isEmpty()) {
      Entry entry = entries.remove();
      bytes -= entry.bytes();
      taken.add(entry.prediction());
    }
    return taken;
  }

  /** Predictions that wait. */
  synchronized int size() {
    return entries.size();
  }

  /** Predictions dropped so far. */
  synchronized long dropped() {
    return dropped;
  }
}
