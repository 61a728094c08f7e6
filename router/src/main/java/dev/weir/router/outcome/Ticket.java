package dev.weir.router.outcome;

import dev.weir.router.wire.StatusCode;
import org.jspecify.annotations.Nullable;

/** A request that was counted as started. */
@FunctionalInterface
public interface Ticket {
  /**
   * Says how it ended, once.
   *
   * @param code final status; every other than OK counts as an error
   * @param latencyNanos from start to end
   * @param sampledTraceId its trace when that is sampled, 32 hexadecimal digits
   */
  void finish(StatusCode code, long latencyNanos, @Nullable String sampledTraceId);
}
