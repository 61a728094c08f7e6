package dev.weir.monitor.intake;

import dev.weir.platform.time.Clock;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Takes metrics over OTLP/gRPC. */
public final class MetricReceiver extends MetricsServiceGrpc.MetricsServiceImplBase {
  private final MetricBoard board;
  private final ServicesHeard services;
  private final BusinessDoor door;
  private final IntakeCounts counts;
  private final Clock clock;

  /**
   * Puts values on {@code board}, their senders into {@code services}, and hands what is about a
   * variant to {@code door}.
   */
  public MetricReceiver(
      MetricBoard board,
      ServicesHeard services,
      BusinessDoor door,
      IntakeCounts counts,
      Clock clock) {
    this.board = board;
    this.services = services;
    this.door = door;
    this.counts = counts;
    this.clock = clock;
  }

  @Override
  public void export(
      ExportMetricsServiceRequest request, StreamObserver<ExportMetricsServiceResponse> responses) {
    Instant now = clock.now();
    var business = new ArrayList<BusinessPoint>();
    for (ResourceMetrics resource : request.getResourceMetricsList()) {
      List<KeyValue> attributes = resource.getResource().getAttributesList();
      var sender =
          new Sender(
              OtlpAttributes.valueOf(attributes, "service.name"),
              OtlpAttributes.valueOf(attributes, "service.instance.id"),
              now,
              business);
      services.heard(sender.service(), sender.instance(), now);
      for (ScopeMetrics scope : resource.getScopeMetricsList()) {
        scope.getMetricsList().forEach(metric -> take(sender, metric));
      }
    }
    responses.onNext(answer(business));
    responses.onCompleted();
  }

  /**
   * What could not be taken is said to be rejected, which is final: an export that is sent again
   * would be forwarded again too.
   */
  private ExportMetricsServiceResponse answer(List<BusinessPoint> business) {
    if (!business.isEmpty()) {
      try {
        door.business(business);
      } catch (NotTakenException e) {
        return ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(business.size())
                    .setErrorMessage(String.valueOf(e.getMessage())))
            .build();
      }
    }
    return ExportMetricsServiceResponse.getDefaultInstance();
  }

  private record Sender(
      String service, String instance, Instant at, List<BusinessPoint> business) {}

  private void take(Sender sender, Metric metric) {
    switch (metric.getDataCase()) {
      case GAUGE -> numbers(sender, metric, metric.getGauge().getDataPointsList(), false);
      case SUM ->
          numbers(
              sender,
              metric,
              metric.getSum().getDataPointsList(),
              isDelta(metric.getSum().getAggregationTemporality()));
      case HISTOGRAM -> {
        boolean delta = isDelta(metric.getHistogram().getAggregationTemporality());
        metric
            .getHistogram()
            .getDataPointsList()
            .forEach(point -> {
              var value = new MetricBoard.Value(point.getCount(), point.getSum(), sender.at());
              var attributes = put(sender, metric, point.getAttributesList(), value);
              business(sender, metric, attributes, delta, point.getSum(), point.getCount());
            });
      }
      case EXPONENTIAL_HISTOGRAM -> {
        boolean delta = isDelta(metric.getExponentialHistogram().getAggregationTemporality());
        metric
            .getExponentialHistogram()
            .getDataPointsList()
            .forEach(point -> {
              var value = new MetricBoard.Value(point.getCount(), point.getSum(), sender.at());
              var attributes = put(sender, metric, point.getAttributesList(), value);
              business(sender, metric, attributes, delta, point.getSum(), point.getCount());
            });
      }
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

  private static boolean isDelta(AggregationTemporality temporality) {
    return temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
  }

  private void business(
      Sender sender,
      Metric metric,
      Map<String, String> attributes,
      boolean delta,
      double sum,
      long count) {
    BusinessPoint.of(OtlpAttributes.cut(metric.getName()), attributes, sum, count)
        .ifPresent(point -> {
          if (!delta) {
            counts.add(IntakeEvent.BUSINESS_NOT_DELTA);
            return;
          }
          sender.business().add(point);
        });
  }

  private void numbers(Sender sender, Metric metric, List<NumberDataPoint> points, boolean delta) {
    for (NumberDataPoint point : points) {
      double value = point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
      var attributes =
          put(
              sender,
              metric,
              point.getAttributesList(),
              new MetricBoard.Value(value, 0, sender.at()));
      business(sender, metric, attributes, delta, value, 1);
    }
  }

  private Map<String, String> put(
      Sender sender, Metric metric, List<KeyValue> attributes, MetricBoard.Value value) {
    Map<String, String> texts = OtlpAttributes.of(attributes);
    // a series for each unit would fill the board
    if (!texts.containsKey("weir.unit") && !texts.containsKey("weir.request_id")) {
      board.put(
          new MetricBoard.Series(
              sender.service(), sender.instance(), OtlpAttributes.cut(metric.getName()), texts),
          value);
    }
    return texts;
  }
}
