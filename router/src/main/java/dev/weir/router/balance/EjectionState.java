package dev.weir.router.balance;

import java.time.Duration;

/**
 * Whether a version on a worker is in rotation. A pure state machine: time comes in.
 *
 * <pre>
 *   state     event                                        next
 *   In        success                                      In, no failures; forgets earlier ejections after a quiet time
 *   In        failure, fewer than the limit in a row       In, one failure more
 *   In        failure, the limit in a row                  Out for the back-off
 *   In        stands out from its peers                    Out for the back-off
 *   Out       back-off over, a request is picked for it    Probing (that request is the probe)
 *   Out       success or failure of an older request       Out
 *   Probing   success                                      In
 *   Probing   failure                                      Out for twice the back-off
 *   Probing   no end within the probe time                 Probing again, by another request
 * </pre>
 *
 * Failures are counted in a row, not as a share: a worker that is gone fails everything, and a
 * share would need a window that a quiet version never fills. Only UNAVAILABLE is a failure: other
 * errors are the model's answer, and a bad version must not cost its worker. Whether it stands out
 * from its peers is for {@link OutlierRule}.
 */
public sealed interface EjectionState {
  /** In rotation. */
  record In(int failures, int ejections, long sinceNanos) implements EjectionState {}

  /** Out of rotation until a time. */
  record Out(int ejections, long untilNanos) implements EjectionState {}

  /** One request is finding out whether it works again. */
  record Probing(int ejections, long startedNanos) implements EjectionState {}

  /** How every version on every worker starts. */
  static EjectionState fresh(long nowNanos) {
    return new In(0, 0, nowNanos);
  }

  /** An attempt ended well. */
  default EjectionState succeeded(long nowNanos, EjectionConfig config) {
    return switch (this) {
      case In in -> {
        boolean quiet =
            in.ejections > 0 && nowNanos - in.sinceNanos > 2 * config.longestBackoff().toNanos();
        yield in.failures == 0 && !quiet ? in : new In(0, quiet ? 0 : in.ejections, in.sinceNanos);
      }
      case Out out -> out;
      case Probing probing -> new In(0, probing.ejections, nowNanos);
    };
  }

  /** An attempt failed. */
  default EjectionState failed(long nowNanos, EjectionConfig config) {
    return switch (this) {
      case In(var failures, var ejections, var sinceNanos) ->
          failures + 1 < config.consecutiveFailures()
              ? new In(failures + 1, ejections, sinceNanos)
              : out(ejections + 1, nowNanos, config);
      case Out out -> out;
      case Probing(var ejections, var startedNanos) -> out(ejections + 1, nowNanos, config);
    };
  }

  /** It stands out from its peers. */
  default EjectionState stoodOut(long nowNanos, EjectionConfig config) {
    return switch (this) {
      case In in -> out(in.ejections + 1, nowNanos, config);
      case Out out -> out;
      case Probing probing -> probing;
    };
  }

  /** The state after a request was picked as a probe; the same state when none is due. */
  default EjectionState probed(long nowNanos, EjectionConfig config) {
    return switch (this) {
      case In in -> in;
      case Out(var ejections, var untilNanos) ->
          nowNanos - untilNanos >= 0 ? new Probing(ejections, nowNanos) : this;
      case Probing(var ejections, var startedNanos) ->
          nowNanos - startedNanos >= config.probeTimeout().toNanos()
              ? new Probing(ejections, nowNanos)
              : this;
    };
  }

  private static Out out(int ejections, long nowNanos, EjectionConfig config) {
    int doublings = Math.min(ejections - 1, 30);
    Duration backoff = config.firstBackoff().multipliedBy(1L << doublings);
    Duration bounded =
        backoff.compareTo(config.longestBackoff()) > 0 ? config.longestBackoff() : backoff;
    return new Out(ejections, nowNanos + bounded.toNanos());
  }
}
