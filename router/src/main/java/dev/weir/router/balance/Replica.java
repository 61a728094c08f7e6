package dev.weir.router.balance;

import dev.weir.router.policy.VersionId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.UnaryOperator;

/**
 * One version on one worker: what is picked and what is ejected. Ejection is per version, so that a
 * bad canary costs the good version beside it nothing. Thread-safe, lock-free.
 */
final class Replica {
  /** Not each pick: threads would take the cache line from each other all the time. */
  private static final long PICKED_PRECISION_NANOS = 1_000_000;

  private static final VarHandle EJECTION;

  static {
    try {
      EJECTION =
          MethodHandles.lookup().findVarHandle(Replica.class, "ejection", EjectionState.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Worker worker;
  private final VersionId version;
  private final long sinceNanos;
  private final PeakLatency latency = new PeakLatency();
  private final ReplicaWindow window = new ReplicaWindow();
  private volatile EjectionState ejection;
  private volatile long pickedNanos;

  Replica(Worker worker, VersionId version, long nowNanos) {
    this.worker = worker;
    this.version = version;
    this.sinceNanos = nowNanos;
    this.pickedNanos = nowNanos;
    this.ejection = EjectionState.fresh(nowNanos);
  }

  Worker worker() {
    return worker;
  }

  VersionId version() {
    return version;
  }

  /** When it became ready. */
  long sinceNanos() {
    return sinceNanos;
  }

  ReplicaWindow window() {
    return window;
  }

  /** Takes one of the worker's places; false: all are taken. */
  boolean tryStart(long nowNanos, int maxInFlight) {
    if (!worker.tryStart(maxInFlight)) {
      return false;
    }
    if (nowNanos - pickedNanos > PICKED_PRECISION_NANOS) {
      pickedNanos = nowNanos;
    }
    return true;
  }

  /** What its answers take, nanoseconds; 0: not known yet. */
  double latencyNanos(long nowNanos, long decayNanos) {
    return latency.at(nowNanos, pickedNanos, decayNanos);
  }

  /** Takes in what an attempt says about it. */
  void observe(Lease.Impression impression, long nanos, long nowNanos, BalanceConfig config) {
    long decay = config.latencyDecay().toNanos();
    boolean timed = nanos >= 0;
    switch (impression) {
      case ANSWERED -> {
        if (timed) {
          latency.observe(nanos, nowNanos, decay);
          window.count(false, nanos);
        }
      }
      case ERRED -> {
        // an error may be quick: that must not make it look fast
        latency.atLeast(nanos, nowNanos, decay);
        window.count(true, Math.max(0, nanos));
      }
      case BUSY -> penalise(nanos, nowNanos, config);
      case FAILED -> {
        penalise(nanos, nowNanos, config);
        window.count(true, Math.max(0, nanos));
      }
      case NONE -> latency.atLeast(nanos, nowNanos, decay);
    }
  }

  private void penalise(long nanos, long nowNanos, BalanceConfig config) {
    latency.atLeast(
        Math.max(nanos, config.failurePenalty().toNanos()),
        nowNanos,
        config.latencyDecay().toNanos());
  }

  private void change(UnaryOperator<EjectionState> transition) {
    EjectionState before;
    do {
      before = ejection;
    } while (!EJECTION.weakCompareAndSet(this, before, transition.apply(before)));
  }

  boolean isIn() {
    return ejection instanceof EjectionState.In;
  }

  /** True when the calling request has become this replica's probe. */
  boolean tryProbe(long nowNanos, EjectionConfig config) {
    EjectionState state = ejection;
    EjectionState next = state.probed(nowNanos, config);
    return next != state && EJECTION.compareAndSet(this, state, next);
  }

  void succeeded(long nowNanos, EjectionConfig config) {
    EjectionState state = ejection;
    EjectionState next = state.succeeded(nowNanos, config);
    if (next != state) {
      // lost to another attempt that ends now: its word is as good
      EJECTION.compareAndSet(this, state, next);
    }
  }

  /** True when this failure means that the replica should leave the rotation. */
  boolean wouldEject(long nowNanos, EjectionConfig config) {
    EjectionState state = ejection;
    return !(state instanceof EjectionState.Out)
        && state.failed(nowNanos, config) instanceof EjectionState.Out;
  }

  void failed(long nowNanos, EjectionConfig config) {
    change(state -> state.failed(nowNanos, config));
  }

  void stoodOut(long nowNanos, EjectionConfig config) {
    change(state -> state.stoodOut(nowNanos, config));
  }

  /** Should have been ejected but is needed: counts its failures from the start again. */
  void failedButKept(long nowNanos) {
    change(state ->
        switch (state) {
          case EjectionState.In in -> new EjectionState.In(0, in.ejections(), in.sinceNanos());
          case EjectionState.Out _, EjectionState.Probing _ -> EjectionState.fresh(nowNanos);
        });
  }
}
