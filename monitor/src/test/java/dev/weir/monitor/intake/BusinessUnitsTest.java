package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BusinessUnitsTest {
  private static final AggregationTemporality DELTA =
      AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;

  private final IntakeCounts counts = new IntakeCounts();
  private final List<BusinessValue> told = new ArrayList<>();
  private final BusinessBoard means = new BusinessBoard();
  private final BusinessUnits units =
      new BusinessUnits(IntakeConfig.defaults(), counts, told::addAll);
  private final MetricBoard board = new MetricBoard(IntakeConfig.defaults(), counts);
  private final MetricReceiver receiver =
      new MetricReceiver(
          board, new ServicesHeard(), BusinessDoor.into(means, units), counts, new TestClock());

  private static Assignment draw(long unit) {
    return Assignment.newBuilder()
        .setRoute("shop")
        .setVariant("canary")
        .setArm(Arm.ARM_CANARY)
        .setCanaryProbability(0.05)
        .setRolloutId("r1")
        .setUnit(unit)
        .build();
  }

  private static Map<String, String> attributes(String... more) {
    var all = new LinkedHashMap<>(Map.of("weir.route", "shop", "weir.variant", "canary"));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static Map<String, String> drawn(String unit) {
    return attributes(
        "weir.unit", unit,
        "weir.arm", "ARM_CANARY",
        "weir.canary_probability", "0.05",
        "weir.rollout", "r1");
  }

  private static List<KeyValue> texts(Map<String, String> attributes) {
    var values = new ArrayList<KeyValue>();
    attributes.forEach((key, value) ->
        values.add(
            KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build()));
    return values;
  }

  private void number(double value, Map<String, String> attributes) {
    var metric = Metric.newBuilder().setName("revenue");
    metric
        .getSumBuilder()
        .setAggregationTemporality(DELTA)
        .addDataPoints(
            NumberDataPoint.newBuilder().setAsDouble(value).addAllAttributes(texts(attributes)));
    send(metric);
  }

  private void send(Metric.Builder metric) {
    var request = ExportMetricsServiceRequest.newBuilder();
    request.addResourceMetricsBuilder().addScopeMetricsBuilder().addMetrics(metric);
    receiver.export(
        request.build(),
        new StreamObserver<>() {
          @Override
          public void onNext(ExportMetricsServiceResponse value) {}

          @Override
          public void onError(Throwable t) {
            throw new AssertionError(t);
          }

          @Override
          public void onCompleted() {}
        });
  }

  private void sample(String requestId, Assignment assignment) {
    units.takeSamples(
        List.of(Sample.newBuilder().setRequestId(requestId).setAssignment(assignment).build()));
  }

  @Test
  void a_number_that_brings_its_draw_is_a_unit() {
    number(12.5, drawn("00000000000000ff"));
    assertThat(told).containsExactly(new BusinessValue("revenue", draw(255), 12.5));
  }

  @Test
  void a_number_finds_its_draw_by_request_id_whichever_comes_first() {
    sample("q1", draw(1));
    number(3, attributes("weir.request_id", "q1"));
    number(4, attributes("weir.request_id", "q2"));
    assertThat(told).hasSize(1);
    sample("q2", draw(2));
    assertThat(told)
        .containsExactly(
            new BusinessValue("revenue", draw(1), 3), new BusinessValue("revenue", draw(2), 4));
  }

  @Test
  void a_unit_counts_once_for_each_metric() {
    sample("q1", draw(1));
    number(3, attributes("weir.request_id", "q1"));
    number(3, attributes("weir.request_id", "q1"));
    number(3, drawn("1"));
    assertThat(told).hasSize(1);
    assertThat(counts.of(IntakeEvent.BUSINESS_REPEATED)).isEqualTo(2);
  }

  @Test
  void a_number_about_a_variant_alone_is_shown_and_no_evidence() {
    number(3, attributes());
    number(5, attributes());
    assertThat(told).isEmpty();
    assertThat(means.lines())
        .containsExactly(new BusinessBoard.Line("revenue", "shop", "canary", 2, 4, 0));
  }

  @Test
  void a_histogram_gives_its_sum_and_count() {
    var metric = Metric.newBuilder().setName("basket");
    metric
        .getHistogramBuilder()
        .setAggregationTemporality(DELTA)
        .addDataPoints(
            HistogramDataPoint.newBuilder()
                .setCount(2)
                .setSum(30)
                .addAllAttributes(texts(drawn("7"))));
    send(metric);
    assertThat(told).containsExactly(new BusinessValue("basket", draw(7), 30));
    assertThat(means.lines())
        .containsExactly(new BusinessBoard.Line("basket", "shop", "canary", 2, 15, 1));
  }

  @Test
  void points_that_are_sent_again_and_again_are_no_evidence() {
    var metric = Metric.newBuilder().setName("revenue");
    metric
        .getGaugeBuilder()
        .addDataPoints(
            NumberDataPoint.newBuilder().setAsInt(1).addAllAttributes(texts(drawn("7"))));
    send(metric);
    assertThat(told).isEmpty();
    assertThat(counts.of(IntakeEvent.BUSINESS_NOT_DELTA)).isEqualTo(1);
  }

  @Test
  void what_makes_no_sense_is_refused_and_counted() {
    number(Double.NaN, drawn("7"));
    sample("q1", draw(1).toBuilder().setVariant("other").build());
    number(1, attributes("weir.request_id", "q1"));
    assertThat(told).isEmpty();
    assertThat(counts.of(IntakeEvent.BUSINESS_REFUSED)).isEqualTo(2);
  }

  @Test
  void copies_and_requests_without_a_draw_give_no_evidence() {
    sample("q1", draw(1).toBuilder().setMirrored(true).build());
    sample("q2", draw(2).toBuilder().setCanaryProbability(1).build());
    number(1, attributes("weir.request_id", "q1"));
    number(1, attributes("weir.request_id", "q2"));
    number(
        1, attributes("weir.unit", "not hexadecimal", "weir.arm", "CANARY", "weir.rollout", "r1"));
    assertThat(told).isEmpty();
  }

  @Test
  void a_series_for_each_unit_does_not_fill_the_board_of_metrics() {
    number(1, drawn("7"));
    number(1, attributes("weir.request_id", "q1"));
    assertThat(board.of("")).isEmpty();
    number(1, attributes());
    assertThat(board.of("")).hasSize(1);
  }
}
