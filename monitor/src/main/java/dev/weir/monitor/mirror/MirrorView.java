package dev.weir.monitor.mirror;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A comparison at one moment, from its first pair on.
 *
 * @param key what is compared with what
 * @param since when the first pair came
 * @param lastAt when the newest pair came
 * @param results pairs by how they ended, all of them
 * @param compared pairs whose answers were looked at
 * @param unlike of these, pairs with an output that only one answer has, or that differs in type or
 *     shape
 * @param primary the side that answers clients
 * @param shadow the side that answers nobody
 * @param shadowSlower of the pairs with two answers, those in which the shadow took longer
 * @param outputs by order of appearance
 * @param differing the most different pairs, most different first
 * @param failing the newest pairs in which only the shadow failed, rather traced ones; newest first
 */
public record MirrorView(
    MirrorKey key,
    Instant since,
    Instant lastAt,
    Map<MirrorResult, Long> results,
    long compared,
    long unlike,
    Side primary,
    Side shadow,
    long shadowSlower,
    List<Output> outputs,
    List<Differing> differing,
    List<Failing> failing) {
  /** Pairs in all. */
  public long pairs() {
    return results.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * One of the two versions.
   *
   * @param statuses gRPC status codes, 0 to 16, and how often each came
   * @param p50Millis median latency, milliseconds, of the pairs with two answers
   * @param p99Millis 99th percentile of the same
   */
  public record Side(
      Map<Integer, Long> statuses, OptionalDouble p50Millis, OptionalDouble p99Millis) {}

  /**
   * An output that both have.
   *
   * @param name tensor name
   * @param datatype element type
   * @param rows rows compared
   * @param rowsAgreeing of these, rows with the same label
   * @param absolute largest absolute difference in each pair
   * @param relative largest relative difference in each pair, 0 to 2
   */
  public record Output(
      String name,
      String datatype,
      long rows,
      long rowsAgreeing,
      Spread absolute,
      Spread relative) {}

  /**
   * A distribution over pairs; infinite where one answer is not a number and the other is.
   *
   * @param p50 median
   * @param p99 99th percentile
   * @param max largest
   */
  public record Spread(double p50, double p99, double max) {}

  /**
   * A request.
   *
   * @param at when it was decided
   * @param id its id
   * @param primaryTrace 32 hexadecimal digits; empty: not sampled
   * @param shadowTrace likewise
   */
  public record Request(Instant at, String id, String primaryTrace, String shadowTrace) {
    /** Whether there is a trace of the primary or of the shadow. */
    public boolean isTraced() {
      return !primaryTrace.isEmpty() || !shadowTrace.isEmpty();
    }
  }

  /**
   * A request with two answers that differ.
   *
   * @param request the request
   * @param unlikeOutputs outputs that only one answer has, or that differ in type or shape
   * @param output the output that differs most; empty: none is in both
   * @param rows rows of that output
   * @param rowsAgreeing of these, rows with the same label
   * @param absolute largest absolute difference in it
   * @param relative largest relative difference in it, 0 to 2
   */
  public record Differing(
      Request request,
      List<String> unlikeOutputs,
      String output,
      long rows,
      long rowsAgreeing,
      double absolute,
      double relative) {}

  /**
   * A request in which only the shadow failed.
   *
   * @param request the request
   * @param status gRPC status code, 1 to 16
   */
  public record Failing(Request request, int status) {}
}
