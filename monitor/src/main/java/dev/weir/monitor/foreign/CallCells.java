package dev.weir.monitor.foreign;

import com.google.protobuf.Timestamp;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.UnitOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Calls of one slice, counted as a router counts its own. */
final class CallCells {
  private static final int MAX_TRACES = 4;

  private CallCells() {}

  private record Key(OutcomeKey key, boolean withUnits) {}

  /**
   * The slice.
   *
   * @param asUnits with how they were drawn, of which each of them knows; else as requests that are
   *     no units
   */
  static OutcomeSlice slice(
      long startNanos, long lengthNanos, List<ForeignCall> calls, boolean asUnits) {
    var groups = new LinkedHashMap<Key, List<ForeignCall>>();
    for (ForeignCall call : calls) {
      groups.computeIfAbsent(key(call, asUnits), k -> new ArrayList<>()).add(call);
    }
    var slice =
        OutcomeSlice.newBuilder()
            .setStart(
                Timestamp.newBuilder()
                    .setSeconds(startNanos / 1_000_000_000L)
                    .setNanos((int) (startNanos % 1_000_000_000L)))
            .setLengthMillis((int) (lengthNanos / 1_000_000));
    groups.forEach((key, group) -> slice.addCells(cell(key, group)));
    return slice.build();
  }

  private static Key key(ForeignCall call, boolean asUnits) {
    ForeignCall.Served served = call.served();
    var key =
        OutcomeKey.newBuilder()
            .setRoute(served.route())
            .setVariant(served.variant())
            .setModel(served.model())
            .setVersion(served.version());
    boolean withUnits = false;
    if (asUnits) {
      ForeignCall.Draw draw = call.draw().orElseThrow();
      key.setArm(draw.arm())
          .setCanaryProbability(draw.canaryProbability())
          .setRolloutId(draw.rolloutId())
          .setRolloutStep(draw.step());
      withUnits = draw.unit() != 0;
    }
    return new Key(key.build(), withUnits);
  }

  private static OutcomeCell cell(Key key, List<ForeignCall> calls) {
    var cell = OutcomeCell.newBuilder().setKey(key.key()).setStarted(calls.size());
    Map<Integer, Long> errors = new TreeMap<>();
    Map<Integer, Long> latencies = new TreeMap<>();
    for (ForeignCall call : calls) {
      int bucket = LatencyScale.bucketOf(call.durationNanos());
      if (call.status() == 0) {
        latencies.merge(bucket, 1L, Long::sum);
      } else {
        errors.merge(call.status(), 1L, Long::sum);
      }
      if (key.withUnits()) {
        cell.addUnits(
            UnitOutcome.newBuilder()
                .setUnit(call.draw().orElseThrow().unit())
                .setStatus(call.status())
                .setLatencyBucket(call.status() == 0 ? bucket : 0));
      }
    }
    errors.forEach(cell::putErrors);
    latencies.forEach((bucket, count) -> cell.addLatencyBuckets(bucket).addLatencyCounts(count));
    calls.stream()
        .sorted((a, b) -> Boolean.compare(a.status() == 0, b.status() == 0))
        .limit(MAX_TRACES)
        .forEach(call -> cell.addExemplarTraceIds(call.traceId()));
    return cell.build();
  }
}
