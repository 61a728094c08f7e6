package dev.weir.monitor.dashboard;

import dev.weir.monitor.mirror.MirrorResult;
import dev.weir.monitor.mirror.MirrorView;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a shadow version did beside the one that answered. Infinite numbers are the text "Infinity".
 *
 * @param route route
 * @param primary "model/version" that answers clients
 * @param shadow "model/version" that answers nobody
 * @param sinceMillis when the first pair came, milliseconds since 1970
 * @param lastMillis when the newest pair came, likewise
 * @param pairs pairs in all
 * @param results pairs by how they ended: both_ok, shadow_failed, primary_failed, both_failed
 * @param compared pairs whose answers were looked at
 * @param unlike of these, pairs whose answers differ in form
 * @param shadowSlower pairs with two answers in which the shadow took longer
 * @param primarySide the primary's statuses and latencies
 * @param shadowSide the shadow's
 * @param outputs each output's agreement and differences
 * @param differing the most different pairs, most different first
 * @param failing the newest pairs in which only the shadow failed, rather traced ones; newest first
 */
record MirrorState(
    String route,
    String primary,
    String shadow,
    long sinceMillis,
    long lastMillis,
    long pairs,
    Map<String, Long> results,
    long compared,
    long unlike,
    long shadowSlower,
    Side primarySide,
    Side shadowSide,
    List<Output> outputs,
    List<Example> differing,
    List<Example> failing) {
  /**
   * One of the two versions.
   *
   * @param statuses gRPC status codes and how often each came
   * @param p50Millis median latency of the pairs with two answers; null: none
   * @param p99Millis 99th percentile of the same
   */
  record Side(
      Map<Integer, Long> statuses, @Nullable Double p50Millis, @Nullable Double p99Millis) {}

  /**
   * One output.
   *
   * @param rows rows compared
   * @param rowsAgreeing rows with the same label
   * @param numeric the differences mean something
   * @param absolute p50, p99 and max over the pairs of the largest absolute difference in each
   * @param relative the same of the relative one, 0 to 2
   */
  record Output(
      String name,
      String datatype,
      long rows,
      long rowsAgreeing,
      boolean numeric,
      MirrorView.Spread absolute,
      MirrorView.Spread relative) {}

  /**
   * A pair to look at.
   *
   * @param atMillis when it was decided, milliseconds since 1970
   * @param requestId the request's id
   * @param what in words
   * @param traces the primary's and the shadow's, as far as they were sampled
   */
  record Example(long atMillis, String requestId, String what, List<Trace> traces) {}

  /**
   * A trace of one side.
   *
   * @param side "primary" or "shadow"
   * @param held a span of it is here
   */
  record Trace(String side, String traceId, boolean held) {}

  /**
   * @param held whether a trace is here
   */
  static MirrorState of(MirrorView view, Predicate<String> held) {
    return new MirrorState(
        view.key().route(),
        view.key().primary(),
        view.key().shadow(),
        view.since().toEpochMilli(),
        view.lastAt().toEpochMilli(),
        view.pairs(),
        Stream.of(MirrorResult.values())
            .collect(Collectors.toMap(MirrorResult::word, r -> view.results().getOrDefault(r, 0L))),
        view.compared(),
        view.unlike(),
        view.shadowSlower(),
        side(view.primary()),
        side(view.shadow()),
        view.outputs().stream().map(MirrorState::output).toList(),
        view.differing().stream()
            .map(pair -> example(pair.request(), MirrorWords.of(pair), held))
            .toList(),
        view.failing().stream()
            .map(pair -> example(pair.request(), MirrorWords.of(pair), held))
            .toList());
  }

  private static Side side(MirrorView.Side side) {
    return new Side(side.statuses(), orNull(side.p50Millis()), orNull(side.p99Millis()));
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static Output output(MirrorView.Output output) {
    return new Output(
        output.name(),
        output.datatype(),
        output.rows(),
        output.rowsAgreeing(),
        !output.datatype().equals("BYTES"),
        output.absolute(),
        output.relative());
  }

  private static Example example(MirrorView.Request request, String what, Predicate<String> held) {
    List<Trace> traces =
        Stream.of(
                new Trace("primary", request.primaryTrace(), held.test(request.primaryTrace())),
                new Trace("shadow", request.shadowTrace(), held.test(request.shadowTrace())))
            .filter(trace -> !trace.traceId().isEmpty())
            .toList();
    return new Example(request.at().toEpochMilli(), request.id(), what, traces);
  }
}
