package dev.weir.router.balance;

import dev.weir.router.policy.VersionId;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to send one attempt to a worker. Ended exactly once; further ends are ignored.
 * Thread-safe.
 */
public final class Lease {
  private final WorkerSet workers;
  private final Replica replica;
  private final AtomicBoolean ended = new AtomicBoolean();

  Lease(WorkerSet workers, Replica replica) {
    this.workers = workers;
    this.replica = replica;
    replica.worker().started();
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
    /** It answered, with a result or with an error of the model's. */
    ANSWERED,
    /** It could not be reached, or would not take work. */
    FAILED,
    /** Nothing can be concluded: the client went away, or the deadline passed. */
    NONE
  }

  /** Gives the lease back. */
  public void end(Impression impression) {
    if (ended.compareAndSet(false, true)) {
      replica.worker().ended();
      workers.judge(replica, impression);
    }
  }
}
