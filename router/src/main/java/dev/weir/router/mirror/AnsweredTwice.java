package dev.weir.router.mirror;

import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.StatusCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request and its copy, both over.
 *
 * @param route route
 * @param at when the request was decided
 * @param requestId the request's id
 * @param primary what the client got
 * @param shadow what nobody got
 */
public record AnsweredTwice(String route, Instant at, String requestId, Side primary, Side shadow) {
  /**
   * One of the two.
   *
   * @param version version
   * @param variant its variant's name; empty: none
   * @param code final status
   * @param latencyNanos from the request's decision, or the copy's sending, to the end, nanoseconds
   * @param traceId 32 hexadecimal digits; null: not sampled
   * @param answer serialised {@code ModelInferResponse}; null: none, or too long to be held
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Side(
      VersionId version,
      String variant,
      StatusCode code,
      long latencyNanos,
      @Nullable String traceId,
      byte @Nullable [] answer) {}
}
