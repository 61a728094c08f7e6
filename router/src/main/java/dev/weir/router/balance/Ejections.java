package dev.weir.router.balance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes replicas out of rotation: within the share of a version's workers that may be out, and
 * never the last one. One decision at a time, so that the share holds; whoever comes while another
 * thread decides leaves it for the next failure. Thread-safe, never waits.
 */
final class Ejections {
  private static final Logger LOG = LoggerFactory.getLogger(Ejections.class);

  private final EjectionConfig config;
  private final LongAdder[] detected = counters();
  private final LongAdder[] enforced = counters();
  private final AtomicBoolean deciding = new AtomicBoolean();

  /** Grows with each ejection: tells pickers that somebody may be out. */
  private final AtomicInteger count = new AtomicInteger();

  Ejections(EjectionConfig config) {
    this.config = config;
  }

  private static LongAdder[] counters() {
    var counters = new LongAdder[EjectionReason.values().length];
    for (int i = 0; i < counters.length; i++) {
      counters[i] = new LongAdder();
    }
    return counters;
  }

  int count() {
    return count.get();
  }

  long detected(EjectionReason reason) {
    return detected[reason.ordinal()].sum();
  }

  long enforced(EjectionReason reason) {
    return enforced[reason.ordinal()].sum();
  }

  /** An attempt failed. */
  void failed(Replica replica, Candidates candidates, long nowNanos) {
    if (!replica.wouldEject(nowNanos, config)) {
      replica.failed(nowNanos, config);
      return;
    }
    if (!deciding.compareAndSet(false, true)) {
      return;
    }
    try {
      boolean allowed = config.enforced() && isAllowed(replica, candidates);
      if (allowed) {
        replica.failed(nowNanos, config);
      } else {
        replica.failedButKept(nowNanos);
      }
      decided(replica, EjectionReason.FAILURES, allowed);
    } finally {
      deciding.set(false);
    }
  }

  /** The window is over: compares the replicas with each other. */
  void compare(Candidates candidates, long nowNanos) {
    Replica[] replicas = candidates.replicas();
    List<ReplicaWindow.Sample> samples = new ArrayList<>(replicas.length);
    for (Replica replica : replicas) {
      samples.add(replica.window().take());
    }
    @Nullable EjectionReason[] verdicts = OutlierRule.judge(samples, config);
    List<Integer> outliers = new ArrayList<>();
    for (int i = 0; i < replicas.length; i++) {
      if (verdicts[i] != null && replicas[i].isIn()) {
        outliers.add(i);
      }
    }
    if (outliers.isEmpty() || !deciding.compareAndSet(false, true)) {
      return;
    }
    try {
      outliers.sort(
          Comparator.comparing((Integer i) -> samples.get(i).errorRate())
              .thenComparing(i -> samples.get(i).meanLatencyNanos())
              .reversed());
      for (int i : outliers) {
        EjectionReason reason = verdicts[i];
        boolean allowed = config.enforced() && isAllowed(replicas[i], candidates);
        if (allowed) {
          replicas[i].stoodOut(nowNanos, config);
        }
        if (reason != null) {
          decided(replicas[i], reason, allowed);
        }
      }
    } finally {
      deciding.set(false);
    }
  }

  private boolean isAllowed(Replica replica, Candidates candidates) {
    int out = 0;
    boolean othersIn = false;
    for (Replica other : candidates.replicas()) {
      if (other != replica) {
        boolean in = other.isIn();
        othersIn |= in;
        out += in ? 0 : 1;
      }
    }
    // one that is being probed is out already
    boolean withinShare =
        !replica.isIn() || out + 1 <= config.maxEjectedShare() * candidates.replicas().length;
    return othersIn && withinShare;
  }

  private void decided(Replica replica, EjectionReason reason, boolean made) {
    detected[reason.ordinal()].increment();
    if (made) {
      enforced[reason.ordinal()].increment();
      // after the state has changed: pickers look at this first
      count.getAndIncrement();
    }
    LOG.atLevel(made ? Level.WARN : Level.DEBUG)
        .addKeyValue("worker", replica.worker().id())
        .addKeyValue("version", replica.version())
        .addKeyValue("reason", reason.word())
        .addKeyValue("enforced", made)
        .log("ejection");
  }
}
