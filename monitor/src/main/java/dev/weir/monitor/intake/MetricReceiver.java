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
import java.util.Optional;

/** Takes metrics over OTLP/gRPC. */
public final class MetricReceiver extends MetricsServiceGrpc.MetricsServiceImplBase {
  private final MetricBoard board;
  private final ServicesHeard services;
  private final BusinessDoor door;
  private final CumulativeStreams cumulative;
  private final IntakeCounts counts;
  private final Clock clock;

  /**
   * Puts values on {@code board}, their senders into {@code services}, and hands what is about a
   * variant to {@code door}.
   *
   * @param maxStreams cumulative streams about a variant that are followed, at least 1
   */
  public MetricReceiver(
      MetricBoard board,
      ServicesHeard services,
      BusinessDoor door,
      int maxStreams,
      IntakeCounts counts,
      Clock clock) {
    this.board = board;
    this.services = services;
    this.door = door;
    Instant now = clock.now();
    this.cumulative =
        new CumulativeStreams(
            maxStreams, now.getEpochSecond() * 1_000_000_000L + now.getNano(), counts);
    this.counts = counts;
    this.clock = clock;
  }

  @Override
  public void export(
      ExportMetricsServiceRequest request, StreamObserver<ExportMetricsServiceResponse> responses) {
    Instant now = clock.now();
    var differences = new ArrayList<BusinessPoint>();
    var ofUnits = new ArrayList<BusinessPoint>();
    for (ResourceMetrics resource : request.getResourceMetricsList()) {
      List<KeyValue> attributes = resource.getResource().getAttributesList();
      var sender =
          new Sender(
              OtlpAttributes.valueOf(attributes, "service.name"),
              OtlpAttributes.valueOf(attributes, "service.instance.id"),
              now,
              differences,
              ofUnits);
      services.heard(sender.service(), sender.instance(), now);
      for (ScopeMetrics scope : resource.getScopeMetricsList()) {
        scope.getMetricsList().forEach(metric -> take(sender, metric));
      }
    }
    responses.onNext(answer(differences, ofUnits));
    responses.onCompleted();
  }

  /**
   * What could not be taken is said to be rejected, which is final: an export that is sent again
   * would be forwarded again too.
   */
  private ExportMetricsServiceResponse answer(
      List<BusinessPoint> differences, List<BusinessPoint> ofUnits) {
    if (!differences.isEmpty() || !ofUnits.isEmpty()) {
      try {
        door.business(differences, ofUnits);
      } catch (NotTakenException e) {
        return ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(Math.max(differences.size(), ofUnits.size()))
                    .setErrorMessage(String.valueOf(e.getMessage())))
            .build();
      }
    }
    return ExportMetricsServiceResponse.getDefaultInstance();
  }

  private record Sender(
      String service,
      String instance,
      Instant at,
      List<BusinessPoint> differences,
      List<BusinessPoint> ofUnits) {}

  /** A histogram's point, of whichever buckets. */
  private void counted(
      Sender sender,
      Metric metric,
      Temporality temporality,
      List<KeyValue> about,
      CumulativeStreams.Point point) {
    var value = new MetricBoard.Value(point.count(), point.sum(), sender.at());
    business(
        sender,
        new Reported(metric.getName(), put(sender, metric, about, value), temporality, point));
  }

  private void take(Sender sender, Metric metric) {
    switch (metric.getDataCase()) {
      case GAUGE ->
          numbers(sender, metric, metric.getGauge().getDataPointsList(), Temporality.NONE);
      case SUM ->
          numbers(
              sender,
              metric,
              metric.getSum().getDataPointsList(),
              temporality(
                  metric.getSum().getAggregationTemporality(), metric.getSum().getIsMonotonic()));
      case HISTOGRAM -> {
        Temporality temporality =
            temporality(metric.getHistogram().getAggregationTemporality(), true);
        metric
            .getHistogram()
            .getDataPointsList()
            .forEach(point ->
                counted(
                    sender,
                    metric,
                    temporality,
                    point.getAttributesList(),
                    new CumulativeStreams.Point(
                        point.getStartTimeUnixNano(),
                        point.getTimeUnixNano(),
                        point.getSum(),
                        point.getCount(),
                        true)));
      }
      case EXPONENTIAL_HISTOGRAM -> {
        Temporality temporality =
            temporality(metric.getExponentialHistogram().getAggregationTemporality(), true);
        metric
            .getExponentialHistogram()
            .getDataPointsList()
            .forEach(point ->
                counted(
                    sender,
                    metric,
                    temporality,
                    point.getAttributesList(),
                    new CumulativeStreams.Point(
                        point.getStartTimeUnixNano(),
                        point.getTimeUnixNano(),
                        point.getSum(),
                        point.getCount(),
                        true)));
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

  /** Whether points are differences, or add up what came before. */
  private enum Temporality {
    NONE,
    DELTA,
    CUMULATIVE,
    CUMULATIVE_ONLY_GROWS
  }

  private static Temporality temporality(AggregationTemporality said, boolean onlyGrows) {
    return switch (said) {
      case AGGREGATION_TEMPORALITY_DELTA -> Temporality.DELTA;
      case AGGREGATION_TEMPORALITY_CUMULATIVE ->
          onlyGrows ? Temporality.CUMULATIVE_ONLY_GROWS : Temporality.CUMULATIVE;
      case AGGREGATION_TEMPORALITY_UNSPECIFIED, UNRECOGNIZED -> Temporality.NONE;
    };
  }

  /** A point as it came. */
  private record Reported(
      String metric,
      Map<String, String> attributes,
      Temporality temporality,
      CumulativeStreams.Point point) {
    /** What it says about a variant; a number without a count is one number. */
    Optional<BusinessPoint> about(double sum, long count) {
      return BusinessPoint.of(
          OtlpAttributes.cut(metric), attributes, sum, point.count() == 0 ? 1 : count);
    }
  }

  private void business(Sender sender, Reported reported) {
    CumulativeStreams.Point point = reported.point();
    Optional<BusinessPoint> whole = reported.about(point.sum(), point.count());
    if (whole.isEmpty()) {
      return;
    }
    switch (reported.temporality()) {
      case NONE -> {
        counts.add(IntakeEvent.BUSINESS_NOT_DELTA);
        return;
      }
      case DELTA -> sender.differences().add(whole.get());
      case CUMULATIVE, CUMULATIVE_ONLY_GROWS ->
          cumulative
              .next(
                  new CumulativeStreams.Stream(
                      sender.service(),
                      sender.instance(),
                      OtlpAttributes.cut(reported.metric()),
                      reported.attributes()),
                  point)
              .filter(more -> more.count() > 0 || (point.count() == 0 && more.sum() != 0))
              .flatMap(more -> reported.about(more.sum(), more.count()))
              .ifPresent(sender.differences()::add);
    }
    if (whole.get().hasUnit()) {
      sender.ofUnits().add(whole.get());
    }
  }

  private void numbers(
      Sender sender, Metric metric, List<NumberDataPoint> points, Temporality temporality) {
    for (NumberDataPoint point : points) {
      double value = point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
      var attributes =
          put(
              sender,
              metric,
              point.getAttributesList(),
              new MetricBoard.Value(value, 0, sender.at()));
      business(
          sender,
          new Reported(
              metric.getName(),
              attributes,
              temporality,
              new CumulativeStreams.Point(
                  point.getStartTimeUnixNano(),
                  point.getTimeUnixNano(),
                  value,
                  0,
                  temporality == Temporality.CUMULATIVE_ONLY_GROWS)));
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
