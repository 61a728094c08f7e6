package dev.weir.monitor.foreign;

import dev.weir.proto.route.v1.Arm;
import java.util.Optional;

/**
 * A call as a span tells of it.
 *
 * @param spanId the span's id, 8 bytes as a number
 * @param traceId 32 hexadecimal digits
 * @param client told by the side that called
 * @param served what answered
 * @param startNanos start, nanoseconds since 1970
 * @param endNanos end, likewise, not before the start
 * @param status gRPC status code, 0 to 16
 * @param draw how its unit was drawn, when the span says all of it
 */
record ForeignCall(
    long spanId,
    String traceId,
    boolean client,
    Served served,
    long startNanos,
    long endNanos,
    int status,
    Optional<Draw> draw) {

  /**
   * What answered; names of at most 128 characters.
   *
   * @param route what was called
   * @param variant which way it was answered
   * @param model model, or empty
   * @param version version, or empty
   */
  record Served(String route, String variant, String model, String version) {}

  /**
   * How a unit was drawn.
   *
   * @param arm canary or baseline
   * @param canaryProbability probability of the canary in this draw, 0 to 1
   * @param rolloutId rollout
   * @param step its step, from 0
   * @param unit the unit; 0: this call is one by itself
   */
  record Draw(Arm arm, double canaryProbability, String rolloutId, int step, long unit) {}

  long durationNanos() {
    return endNanos - startNanos;
  }
}
