package dev.weir.platform.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the SDK's metrics when asked and writes them in Prometheus' text format, by Prometheus' own
 * writer.
 */
final class PrometheusText implements MetricReader {
  private static final Logger LOG = LoggerFactory.getLogger(PrometheusText.class);

  private volatile CollectionRegistration registration = CollectionRegistration.noop();

  @Override
  public void register(CollectionRegistration newRegistration) {
    registration = newRegistration;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    registration = CollectionRegistration.noop();
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return AggregationTemporality.CUMULATIVE;
  }

  String render() {
    Collection<MetricData> all = registration.collectAllMetrics();
    var snapshots = new ArrayList<MetricSnapshot>();
    Set<String> names = new HashSet<>();
    for (MetricData metric : all) {
      String name = name(metric);
      if (!names.add(name)) {
        LOG.atDebug()
            .addKeyValue("metric", name)
            .log("two scopes define this metric, the first is shown");
        continue;
      }
      try {
        MetricSnapshot snapshot = convert(name, metric);
        if (snapshot != null) {
          snapshots.add(snapshot);
        }
      } catch (IllegalArgumentException e) {
        // two attributes whose names differ only in what Prometheus does not allow
        LOG.atDebug().addKeyValue("metric", name).setCause(e).log("this metric cannot be shown");
      }
    }
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, new MetricSnapshots(snapshots));
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String name(MetricData metric) {
    return PrometheusNaming.sanitizeMetricName(PrometheusNaming.prometheusName(metric.getName()));
  }

  private static @org.jspecify.annotations.Nullable MetricSnapshot convert(
      String name, MetricData metric) {
    return switch (metric.getType()) {
      case LONG_SUM -> {
        var sum = metric.getLongSumData();
        yield values(name, metric, sum.getPoints(), LongPointData::getValue, sum.isMonotonic());
      }
      case LONG_GAUGE ->
          values(
              name, metric, metric.getLongGaugeData().getPoints(), LongPointData::getValue, false);
      case DOUBLE_SUM -> {
        var sum = metric.getDoubleSumData();
        yield values(name, metric, sum.getPoints(), DoublePointData::getValue, sum.isMonotonic());
      }
      case DOUBLE_GAUGE ->
          values(
              name,
              metric,
              metric.getDoubleGaugeData().getPoints(),
              DoublePointData::getValue,
              false);
      case HISTOGRAM -> histogram(name, metric);
      // neither our code nor the instrumentation that we use makes these
      case EXPONENTIAL_HISTOGRAM, SUMMARY -> null;
    };
  }

  private static <P extends PointData> MetricSnapshot values(
      String name,
      MetricData metric,
      Collection<P> points,
      ToDoubleFunction<P> value,
      boolean counter) {
    if (counter) {
      var builder = CounterSnapshot.builder().name(name).help(metric.getDescription());
      points.forEach(p ->
          builder.dataPoint(
              CounterSnapshot.CounterDataPointSnapshot.builder()
                  .labels(labels(p.getAttributes()))
                  .value(value.applyAsDouble(p))
                  .build()));
      return builder.build();
    }
    var builder = GaugeSnapshot.builder().name(name).help(metric.getDescription());
    points.forEach(p ->
        builder.dataPoint(
            GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels(p.getAttributes()))
                .value(value.applyAsDouble(p))
                .build()));
    return builder.build();
  }

  private static MetricSnapshot histogram(String name, MetricData metric) {
    var builder = HistogramSnapshot.builder().name(name).help(metric.getDescription());
    for (HistogramPointData point : metric.getHistogramData().getPoints()) {
      var bounds = new ArrayList<Double>(point.getBoundaries());
      bounds.add(Double.POSITIVE_INFINITY);
      var buckets = ClassicHistogramBuckets.builder();
      for (int i = 0; i < bounds.size(); i++) {
        buckets.bucket(bounds.get(i), point.getCounts().get(i));
      }
      builder.dataPoint(
          HistogramSnapshot.HistogramDataPointSnapshot.builder()
              .labels(labels(point.getAttributes()))
              .classicHistogramBuckets(buckets.build())
              .sum(point.getSum())
              .build());
    }
    return builder.build();
  }

  private static Labels labels(Attributes attributes) {
    var builder = Labels.builder();
    attributes.forEach((key, value) ->
        builder.label(PrometheusNaming.sanitizeLabelName(key.getKey()), String.valueOf(value)));
    return builder.build();
  }
}
