package dev.weir.monitor.mirror;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutputDifference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The pairs of one route, primary version and shadow version, added up. Single writer. */
final class Comparison {
  private final MirrorKey key;
  private final MirrorConfig bounds;
  private final IntakeCounts counts;
  private final Instant since;
  private final Map<MirrorResult, Long> results = new EnumMap<>(MirrorResult.class);
  private final SideTally primary = new SideTally();
  private final SideTally shadow = new SideTally();
  private final Map<String, OutputTally> outputs = new LinkedHashMap<>();
  private final MostDifferent differing;
  private final NewestFailures failing;
  private Instant lastAt;
  private long lastNanos;
  private long compared;
  private long unlike;
  private long shadowSlower;

  Comparison(MirrorKey key, MirrorConfig bounds, IntakeCounts counts, Instant now) {
    this.key = key;
    this.bounds = bounds;
    this.counts = counts;
    this.since = now;
    this.lastAt = now;
    this.differing = new MostDifferent(bounds.maxExamples());
    this.failing = new NewestFailures(bounds.maxExamples());
  }

  /**
   * Takes a usable pair.
   *
   * @param nowNanos the monitor's monotonic time
   * @return whether it is one of the most different now
   */
  boolean add(MirrorPair pair, Instant now, long nowNanos) {
    lastAt = now;
    lastNanos = nowNanos;
    MirrorResult result = MirrorResult.of(pair);
    boolean bothOk = result == MirrorResult.BOTH_OK;
    results.merge(result, 1L, Long::sum);
    primary.add(pair.getPrimary(), bothOk);
    shadow.add(pair.getShadow(), bothOk);
    if (result == MirrorResult.SHADOW_FAILED) {
      failing.add(new MirrorView.Failing(request(pair), pair.getShadow().getStatus()));
    }
    if (!bothOk) {
      return false;
    }
    shadowSlower +=
        pair.getShadow().getLatencyNanos() > pair.getPrimary().getLatencyNanos() ? 1 : 0;
    return pair.getCompared() && compare(pair);
  }

  private boolean compare(MirrorPair pair) {
    compared++;
    unlike += pair.getUnlikeOutputsCount() > 0 ? 1 : 0;
    for (OutputDifference difference : pair.getOutputsList()) {
      OutputTally output = of(difference.getName());
      if (output == null) {
        counts.add(IntakeEvent.MIRROR_OUTPUTS_OVERFLOW);
      } else {
        output.add(difference);
      }
    }
    return differing.add(pair, request(pair));
  }

  private @Nullable OutputTally of(String output) {
    OutputTally there = outputs.get(output);
    return there != null || outputs.size() >= bounds.maxOutputs()
        ? there
        : outputs.computeIfAbsent(output, name -> new OutputTally());
  }

  private static MirrorView.Request request(MirrorPair pair) {
    return new MirrorView.Request(
        Instant.ofEpochSecond(pair.getAt().getSeconds(), pair.getAt().getNanos()),
        pair.getRequestId(),
        pair.getPrimary().getTraceId(),
        pair.getShadow().getTraceId());
  }

  /** Forgets the examples of some requests; what was added up stays. Whether there were any. */
  boolean forget(Predicate<MirrorView.Request> which) {
    return differing.forget(which) | failing.forget(which);
  }

  /** When the newest pair came, the monitor's monotonic time. */
  long lastNanos() {
    return lastNanos;
  }

  MirrorView view() {
    var shown = new ArrayList<MirrorView.Output>();
    outputs.forEach((name, output) -> shown.add(output.view(name)));
    return new MirrorView(
        key,
        since,
        lastAt,
        Map.copyOf(results),
        compared,
        unlike,
        primary.view(),
        shadow.view(),
        shadowSlower,
        List.copyOf(shown),
        differing.view(),
        failing.view());
  }
}
