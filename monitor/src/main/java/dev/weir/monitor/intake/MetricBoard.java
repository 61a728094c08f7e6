package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The newest value of each metric series that came over OTLP, bounded in series. Thread-safe. */
public final class MetricBoard {
  /**
   * What is measured where.
   *
   * @param service {@code service.name}
   * @param instance {@code service.instance.id}
   * @param metric metric's name
   * @param attributes the point's attributes
   */
  public record Series(
      String service, String instance, String metric, Map<String, String> attributes) {}

  /**
   * A value.
   *
   * @param value a number; of a histogram: the count
   * @param sum of a histogram: the sum; else 0
   * @param at when it came
   */
  public record Value(double value, double sum, Instant at) {}

  /** One line of the board. */
  public record Line(Series series, Value value) {}

  private final int maxSeries;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<Series, Value> newest = new LinkedHashMap<>();

  /** Empty. */
  public MetricBoard(IntakeConfig config, IntakeCounts counts) {
    this.maxSeries = config.maxMetricSeries();
    this.counts = counts;
  }

  /** Takes a point. */
  public synchronized void put(Series series, Value value) {
    if (!newest.containsKey(series) && newest.size() >= maxSeries) {
      counts.add(IntakeEvent.METRIC_POINTS_DROPPED);
      return;
    }
    newest.put(series, value);
    counts.add(IntakeEvent.METRIC_POINTS);
  }

  /** The lines of a service, or of all when empty. */
  public synchronized List<Line> of(String service) {
    var lines = new ArrayList<Line>();
    newest.forEach((series, value) -> {
      if (service.isEmpty() || series.service().equals(service)) {
        lines.add(new Line(series, value));
      }
    });
    return lines;
  }
}
