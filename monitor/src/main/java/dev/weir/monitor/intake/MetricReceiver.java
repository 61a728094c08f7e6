package dev.weir.monitor.intake;

import dev.weir.platform.time.Clock;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import java.time.Instant;
import java.util.List;

/** Takes metrics over OTLP/gRPC. */
public final class MetricReceiver extends MetricsServiceGrpc.MetricsServiceImplBase {
  private final MetricBoard board;
  private final ServicesHeard services;
  private final Clock clock;

  /** Puts values on {@code board} and their senders into {@code services}. */
  public MetricReceiver(MetricBoard board, ServicesHeard services, Clock clock) {
    this.board = board;
    this.services = services;
    this.clock = clock;
  }

  @Override
  public void export(
      ExportMetricsServiceRequest request, StreamObserver<ExportMetricsServiceResponse> responses) {
    Instant now = clock.now();
    for (ResourceMetrics resource : request.getResourceMetricsList()) {
      List<KeyValue> attributes = resource.getResource().getAttributesList();
      var sender =
          new Sender(
              OtlpAttributes.valueOf(attributes, "service.name"),
              OtlpAttributes.valueOf(attributes, "service.instance.id"),
              now);
      services.heard(sender.service(), sender.instance(), now);
      for (ScopeMetrics scope : resource.getScopeMetricsList()) {
        scope.getMetricsList().forEach(metric -> take(sender, metric));
      }
    }
    responses.onNext(ExportMetricsServiceResponse.getDefaultInstance());
    responses.onCompleted();
  }

  private record Sender(String service, String instance, Instant at) {}

  private void take(Sender sender, Metric metric) {
    switch (metric.getDataCase()) {
      case GAUGE -> numbers(sender, metric, metric.getGauge().getDataPointsList());
      case SUM -> numbers(sender, metric, metric.getSum().getDataPointsList());
      case HISTOGRAM ->
          metric
              .getHistogram()
              .getDataPointsList()
              .forEach(point ->
                  put(
                      sender,
                      metric,
                      point.getAttributesList(),
                      new MetricBoard.Value(point.getCount(), point.getSum(), sender.at())));
      case EXPONENTIAL_HISTOGRAM ->
          metric
              .getExponentialHistogram()
              .getDataPointsList()
              .forEach(point ->
                  put(
                      sender,
                      metric,
                      point.getAttributesList(),
                      new MetricBoard.Value(point.getCount(), point.getSum(), sender.at())));
      case SUMMARY ->
          metric
              .getSummary()
              .getDataPointsList()
              .forEach(point ->
                  put(
                      sender,
                      metric,
                      point.getAttributesList(),
                      new MetricBoard.Value(point.getCount(), point.getSum(), sender.at())));
      case DATA_NOT_SET -> {
        // a metric without points says nothing
      }
    }
  }

  private void numbers(Sender sender, Metric metric, List<NumberDataPoint> points) {
    for (NumberDataPoint point : points) {
      double value = point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
      put(sender, metric, point.getAttributesList(), new MetricBoard.Value(value, 0, sender.at()));
    }
  }

  private void put(
      Sender sender, Metric metric, List<KeyValue> attributes, MetricBoard.Value value) {
    board.put(
        new MetricBoard.Series(
            sender.service(),
            sender.instance(),
            OtlpAttributes.cut(metric.getName()),
            OtlpAttributes.of(attributes)),
        value);
  }
}
