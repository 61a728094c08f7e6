package dev.weir.router.balance;

import dev.weir.router.policy.VersionId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The right to send one attempt to a worker. Ended exactly once; further ends are ignored.
 * Thread-safe.
 */
public final class Lease {
  /** For what has no latency: a whole stream. */
  public static final long UNTIMED = -1;

  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(Lease.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final WorkerSet workers;
  private final Candidates candidates;
  private final Replica replica;

  @SuppressWarnings("UnusedVariable") // by ENDED
  private boolean ended;

  /**
   * @param candidates those that it was picked of
   * @param replica one whose worker has counted it
   */
  Lease(WorkerSet workers, Candidates candidates, Replica replica) {
    this.workers = workers;
    this.candidates = candidates;
    this.replica = replica;
  }

  /** The worker. */
  public Worker worker() {
    return replica.worker();
  }

  /** The version. */
  public VersionId version() {
    return replica.version();
  }

  /** What an attempt says about the replica. */
  public enum Impression {
    /** It answered, with a result or with an error that is the client's own fault. */
    ANSWERED,
    /**
     * It answered with an error, or not in time: the version's doing when its peers do the same.
     */
    ERRED,
    /** It had no room: an error that says nothing about the version. */
    BUSY,
    /** It could not be reached, or would not take work. */
    FAILED,
    /** Nothing can be concluded but that no answer came within the time: somebody stopped it. */
    NONE
  }

  /**
   * Gives the lease back.
   *
   * @param latencyNanos from the attempt's start to its end; {@link #UNTIMED}
   * @param nowNanos the clock's time
   * @return false when it had ended before
   */
  public boolean end(Impression impression, long latencyNanos, long nowNanos) {
    if ((boolean) ENDED.getAndSet(this, true)) {
      return false;
    }
    replica.worker().ended();
    workers.judge(candidates, replica, impression, latencyNanos, nowNanos);
    return true;
  }

  /**
   * Takes a load report that came with the answer, as in the trailer {@code
   * endpoint-load-metrics-bin}; a malformed one is counted and ignored.
   */
  public void loadReport(ByteBuffer report) {
    workers.loadReport(replica.worker(), report);
  }

  /** The same, for bytes in an array. */
  public void loadReport(byte[] report) {
    loadReport(ByteBuffer.wrap(report));
  }

  /** The same, in base64 as on the wire, with or without padding. */
  public void loadReport(CharSequence base64) {
    workers.loadReport(replica.worker(), base64);
  }
}
