package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.stats.SeenUnits;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BusinessUnitsTest {
  private static final AggregationTemporality DELTA =
      AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;

  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final List<BusinessValue> told = new ArrayList<>();
  private final BusinessBoard means = new BusinessBoard();
  private final BusinessMemory memory = new BusinessMemory(IntakeConfig.defaults());
  private final BusinessUnits units =
      new BusinessUnits(IntakeConfig.defaults(), memory, counts, told::addAll);
  private final MetricBoard board = new MetricBoard(IntakeConfig.defaults(), counts);
  private final MetricReceiver receiver =
      new MetricReceiver(
          board, new ServicesHeard(), BusinessDoor.into(means, units), 2, counts, clock);

  private static final AggregationTemporality CUMULATIVE =
      AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;

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
    receiver.export(request.build(), new Answers<>());
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

  private void cumulative(double total, long startSecond, Map<String, String> attributes) {
    clock.advance(Duration.ofSeconds(1));
    var metric = Metric.newBuilder().setName("revenue");
    metric
        .getSumBuilder()
        .setAggregationTemporality(CUMULATIVE)
        .setIsMonotonic(true)
        .addDataPoints(
            NumberDataPoint.newBuilder()
                .setAsDouble(total)
                .setStartTimeUnixNano(startSecond * 1_000_000_000L)
                .setTimeUnixNano(clock.now().getEpochSecond() * 1_000_000_000L)
                .addAllAttributes(texts(attributes)));
    send(metric);
  }

  @Test
  void a_cumulative_number_of_a_unit_counts_once_however_often_it_is_exported() {
    cumulative(3, 0, drawn("7"));
    cumulative(3, 0, drawn("7"));
    cumulative(9, 0, attributes("weir.request_id", "q1"));
    cumulative(9, 0, attributes("weir.request_id", "q1"));
    sample("q1", draw(8));
    assertThat(told)
        .containsExactly(
            new BusinessValue("revenue", draw(7), 3), new BusinessValue("revenue", draw(8), 9));
  }

  @Test
  void means_of_a_cumulative_stream_are_of_its_differences() {
    cumulative(100, 1, attributes());
    assertThat(means.lines()).as("what came before this monitor is not known").isEmpty();
    cumulative(103, 1, attributes());
    cumulative(103, 1, attributes());
    cumulative(108, 1, attributes());
    assertThat(means.lines())
        .containsExactly(new BusinessBoard.Line("revenue", "shop", "canary", 2, 4, 0));
    assertThat(counts.of(IntakeEvent.BUSINESS_STREAMS_BEGUN)).isEqualTo(1);
  }

  @Test
  void a_cumulative_stream_that_begins_anew_is_counted_from_nothing() {
    long after = clock.now().getEpochSecond() + 1;
    cumulative(6, after, attributes());
    cumulative(4, after, attributes());
    cumulative(5, after + 2, attributes());
    assertThat(means.lines())
        .containsExactly(new BusinessBoard.Line("revenue", "shop", "canary", 3, 5, 0));
  }

  @Test
  void cumulative_streams_are_bounded_and_counted() {
    cumulative(1, 1, attributes("shop", "a"));
    cumulative(1, 1, attributes("shop", "b"));
    cumulative(1, 1, attributes("shop", "c"));
    assertThat(counts.of(IntakeEvent.BUSINESS_STREAMS_FORGOTTEN)).isEqualTo(1);
  }

  @Test
  void units_are_known_after_a_restart() throws IOException {
    number(3, drawn("7"));
    var image = new ByteArrayOutputStream();
    memory.writeTo(new DataOutputStream(image));

    var again = new BusinessMemory(IntakeConfig.defaults());
    again.readFrom(new DataInputStream(new ByteArrayInputStream(image.toByteArray())));

    assertThat(again.offer("r1", "revenue", 7)).isEqualTo(SeenUnits.Admission.REPEATED);
    assertThat(again.offer("r1", "revenue", 8)).isEqualTo(SeenUnits.Admission.FIRST);
    assertThat(again.offer("r2", "revenue", 7)).isEqualTo(SeenUnits.Admission.FIRST);
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
