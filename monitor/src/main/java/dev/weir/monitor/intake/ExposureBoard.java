package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How many units saw which arm of an experiment. Each router tells of a unit once, so a unit that
 * came through several routers is in the counts several times. Thread-safe, bounded.
 */
public final class ExposureBoard {
  private static final int MOST_ARMS = 1_000;
  private static final int LONGEST_NAME = 128;
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> EXPERIMENT = AttributeKey.stringKey("experiment");
  private static final AttributeKey<String> ARM = AttributeKey.stringKey("arm");

  private final IntakeCounts counts;
  private final SaidDropped dropped;
  private final Map<Arm, LongAdder> units = new ConcurrentHashMap<>();

  /** An arm of a route's experiment. */
  public record Arm(String route, String experiment, String name) {}

  /**
   * @param counts counts what is taken and what is not
   * @param dropped how much each router said it dropped
   */
  public ExposureBoard(IntakeCounts counts, SaidDropped dropped) {
    this.counts = counts;
    this.dropped = dropped;
  }

  /** Takes a router's report. */
  void take(ReportExposuresRequest request) {
    for (Exposure exposure : request.getExposuresList()) {
      LongAdder arm = usable(exposure) ? of(arm(exposure)) : null;
      if (arm == null) {
        counts.add(IntakeEvent.EXPOSURES_REFUSED);
      } else {
        arm.increment();
        counts.add(IntakeEvent.EXPOSURES);
      }
    }
    counts.add(
        IntakeEvent.EXPOSURES_DROPPED_BY_ROUTERS,
        dropped.more(request.getRouterProcess(), request.getDroppedExposures()));
  }

  private static boolean usable(Exposure exposure) {
    return named(exposure.getRoute())
        && named(exposure.getExperiment())
        && named(exposure.getArm());
  }

  private static boolean named(String name) {
    return !name.isBlank() && name.length() <= LONGEST_NAME;
  }

  private static Arm arm(Exposure exposure) {
    return new Arm(exposure.getRoute(), exposure.getExperiment(), exposure.getArm());
  }

  /** The count of an arm; null: there is no room. */
  private @Nullable LongAdder of(Arm arm) {
    LongAdder there = units.get(arm);
    return there != null || units.size() >= MOST_ARMS
        ? there
        : units.computeIfAbsent(arm, a -> new LongAdder());
  }

  /** Units that saw an arm, as far as routers told. */
  public long units(Arm arm) {
    LongAdder there = units.get(arm);
    return there == null ? 0 : there.sum();
  }

  /** Shows them as {@code weir_monitor_exposures}. */
  public void registerWith(Meter meter) {
    meter
        .counterBuilder("weir_monitor_exposures")
        .setDescription("Units that saw an arm of an experiment, once per router.")
        .buildWithCallback(out ->
            units.forEach((arm, count) ->
                out.record(
                    count.sum(),
                    Attributes.of(
                        ROUTE, arm.route(), EXPERIMENT, arm.experiment(), ARM, arm.name()))));
  }
}
