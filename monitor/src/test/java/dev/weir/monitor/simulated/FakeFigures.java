package dev.weir.monitor.simulated;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.Map;

/** Metrics as a worker with a GPU would send them. */
public final class FakeFigures {
  private FakeFigures() {}

  /** The figures of one worker. */
  public static ExportMetricsServiceRequest of(String instance, Map<String, Double> values) {
    var scope = ScopeMetrics.newBuilder();
    values.forEach((name, value) ->
        scope.addMetrics(
            Metric.newBuilder()
                .setName(name)
                .setGauge(
                    Gauge.newBuilder()
                        .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(value)))));
    return ExportMetricsServiceRequest.newBuilder()
        .addResourceMetrics(
            ResourceMetrics.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(text("service.name", "weir-model-worker"))
                        .addAttributes(text("service.instance.id", instance)))
                .addScopeMetrics(scope))
        .build();
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
