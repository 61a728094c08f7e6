package dev.weir.worker.placement;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What happened to a version's requests since it was loaded. Thread-safe; a reader may see one
 * request half counted.
 */
public final class VersionCounters {
  private final Total success = new Total();
  private final Total fail = new Total();
  private final Total queue = new Total();
  private final Total input = new Total();
  private final Total infer = new Total();
  private final Total output = new Total();
  private final LongAdder inferences = new LongAdder();
  private final AtomicLong lastMillis = new AtomicLong();

  /** How often, and how long in all. */
  public static final class Total {
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    private void add(long spentNanos) {
      count.increment();
      nanos.add(Math.max(0, spentNanos));
    }

    /** Occurrences. */
    public long count() {
      return count.sum();
    }

    /** Time in all, nanoseconds. */
    public long nanos() {
      return nanos.sum();
    }
  }

  /**
   * Counts a request that was answered.
   *
   * @param rows rows in it
   * @param totalNanos from the request's arrival to its answer
   * @param queueNanos waiting for a place
   * @param atMillis wall-clock time, milliseconds since the epoch
   */
  public void succeeded(
      long rows,
      long totalNanos,
      long queueNanos,
      long inputNanos,
      long inferNanos,
      long outputNanos,
      long atMillis) {
    success.add(totalNanos);
    queue.add(queueNanos);
    input.add(inputNanos);
    infer.add(inferNanos);
    output.add(outputNanos);
    inferences.add(rows);
    lastMillis.accumulateAndGet(atMillis, Math::max);
  }

  /** Counts a request that failed. */
  public void failed(long totalNanos) {
    fail.add(totalNanos);
  }

  /** Requests that were answered, end to end. */
  public Total success() {
    return success;
  }

  /** Requests that failed, end to end. */
  public Total fail() {
    return fail;
  }

  /** Waiting for a place. */
  public Total queue() {
    return queue;
  }

  /** Preparing inputs. */
  public Total input() {
    return input;
  }

  /** In the model. */
  public Total infer() {
    return infer;
  }

  /** Extracting outputs. */
  public Total output() {
    return output;
  }

  /** Rows inferred. */
  public long inferences() {
    return inferences.sum();
  }

  /** Time of the last answer, milliseconds since the epoch; 0: none yet. */
  public long lastMillis() {
    return lastMillis.get();
  }
}
