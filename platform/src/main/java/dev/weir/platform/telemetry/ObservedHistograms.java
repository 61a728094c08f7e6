package dev.weir.platform.telemetry;

import dev.weir.platform.time.Clock;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Histograms whose counts are kept by whoever counts, and read when metrics are asked for: what
 * OpenTelemetry's asynchronous instruments are for numbers. Its own histogram takes a lock with
 * each value. Thread-safe.
 */
public final class ObservedHistograms {
  private static final String SCOPE = "dev.weir";

  private final Clock clock;
  private final long startEpochNanos;
  private final List<Histogram> histograms = new CopyOnWriteArrayList<>();

  private record Histogram(
      String name, String description, List<Double> bounds, Consumer<Observer> source) {}

  /** A histogram as it was at one time. */
  private record Read(Resource resource, String name, String description, HistogramData data)
      implements MetricData {
    @Override
    public Resource getResource() {
      return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return InstrumentationScopeInfo.create(SCOPE);
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getDescription() {
      return description;
    }

    @Override
    public String getUnit() {
      return "";
    }

    @Override
    public MetricDataType getType() {
      return MetricDataType.HISTOGRAM;
    }

    @Override
    public HistogramData getData() {
      return data;
    }
  }

  /** A set without histograms yet. */
  public ObservedHistograms(Clock clock) {
    this.clock = clock;
    this.startEpochNanos = epochNanos(clock);
  }

  private static long epochNanos(Clock clock) {
    Instant now = clock.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  /** Takes what has been counted since the start. */
  @FunctionalInterface
  public interface Observer {
    /**
     * One set of labels.
     *
     * @param counts values by bound, the last of them those over all bounds
     * @param sum of all values
     */
    void observe(Attributes attributes, long[] counts, double sum);
  }

  /**
   * Defines a histogram.
   *
   * @param bounds upper bounds, which belong to their buckets; ascending
   * @param source is asked for all sets of labels whenever metrics are read, on the reader's thread
   */
  public void define(
      String name, String description, List<Double> bounds, Consumer<Observer> source) {
    histograms.add(new Histogram(name, description, List.copyOf(bounds), source));
  }

  MetricProducer producer() {
    return this::read;
  }

  private Collection<MetricData> read(Resource resource) {
    long nowEpochNanos = epochNanos(clock);
    List<MetricData> all = new ArrayList<>();
    for (Histogram histogram : histograms) {
      List<HistogramPointData> points = new ArrayList<>();
      histogram
          .source()
          .accept((attributes, counts, sum) ->
              points.add(point(histogram, attributes, counts, sum, nowEpochNanos)));
      if (points.isEmpty()) {
        continue;
      }
      all.add(
          new Read(
              resource,
              histogram.name(),
              histogram.description(),
              HistogramData.create(AggregationTemporality.CUMULATIVE, points)));
    }
    return all;
  }

  private HistogramPointData point(
      Histogram histogram, Attributes attributes, long[] counts, double sum, long nowEpochNanos) {
    List<Long> boxed = Arrays.stream(counts).boxed().toList();
    return HistogramPointData.create(
        startEpochNanos,
        Math.max(startEpochNanos, nowEpochNanos),
        attributes,
        sum,
        false,
        0,
        false,
        0,
        histogram.bounds(),
        boxed);
  }
}
