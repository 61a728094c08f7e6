package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.platform.time.TestClock;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TraceReceiverTest {
  private final IntakeCounts counts = new IntakeCounts();
  private final IntakeConfig bounds = smallBounds();
  private final TraceStore traces = new TraceStore(bounds, counts);
  private final ServicesHeard heard = new ServicesHeard();
  private final TraceReceiver receiver =
      new TraceReceiver(traces, heard, spans -> {}, counts, new TestClock());

  @Test
  void spans_are_found_by_their_trace() {
    send(span(1, 1), span(1, 2), span(2, 3));
    assertThat(traces.find(id(1)).orElseThrow()).hasSize(2);
    StoredSpan span = traces.find(id(2)).orElseThrow().getFirst();
    assertThat(span.service()).isEqualTo("weir-router");
    assertThat(span.attributes()).containsEntry("weir.variant", "canary");
    assertThat(heard.all()).extracting(ServicesHeard.Heard::instance).containsExactly("router-1");
  }

  @Test
  void the_oldest_trace_is_forgotten_unless_a_verdict_names_it() {
    send(span(1, 1), span(2, 2));
    traces.pin(List.of(id(1)));
    send(span(3, 3), span(4, 4), span(5, 5));
    assertThat(traces.find(id(1))).isPresent();
    assertThat(traces.find(id(2))).isEmpty();
    assertThat(counts.of(IntakeEvent.TRACES_FORGOTTEN)).isEqualTo(2);
  }

  @Test
  void a_pinned_trace_takes_spans_that_come_later() {
    traces.pin(List.of(id(9)));
    send(span(9, 1));
    assertThat(traces.find(id(9)).orElseThrow()).hasSize(1);
  }

  @Test
  void a_trace_has_room_for_so_many_spans_and_each_once() {
    send(span(1, 1), span(1, 1), span(1, 2), span(1, 3), span(1, 4));
    assertThat(traces.find(id(1)).orElseThrow()).hasSize(3);
    assertThat(counts.of(IntakeEvent.SPANS_DROPPED)).isEqualTo(2);
  }

  @Test
  void a_span_without_ids_is_dropped() {
    send(Span.getDefaultInstance());
    assertThat(traces.size()).isZero();
    assertThat(counts.of(IntakeEvent.SPANS_DROPPED)).isEqualTo(1);
  }

  @Test
  void examples_are_kept_and_take_no_room_of_a_verdicts_traces() {
    send(span(1, 1));
    traces.keepExamples(List.of(id(1), id(2)));
    traces.pin(List.of(id(2)));
    for (int trace = 10; trace < 20; trace++) {
      traces.keepExamples(List.of(id(trace)));
      send(span(trace + 10, 1));
    }
    send(span(2, 1));
    assertThat(traces.holds(id(2))).isTrue();
    assertThat(traces.find(id(2))).hasValueSatisfying(spans -> assertThat(spans).hasSize(1));
    assertThat(traces.find(id(1))).isEmpty();
    assertThat(traces.holds(id(19))).isFalse();
  }

  private static IntakeConfig smallBounds() {
    IntakeConfig d = IntakeConfig.defaults();
    return new IntakeConfig(
        d.maxRouters(),
        d.maxWorkers(),
        d.sampleSlice(),
        d.sampleGrace(),
        d.maxWaitingSamples(),
        d.maxPredictions(),
        d.maxWaitingLabels(),
        2,
        3,
        10,
        d.maxMetricSeries(),
        d.maxLogsPerService(),
        d.forwardOtlp(),
        d.maxForwardBytes(),
        d.maxBusinessUnits());
  }

  private void send(Span... spans) {
    var answers = new Answers<ExportTraceServiceResponse>();
    receiver.export(
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder()
                            .addAttributes(text("service.name", "weir-router"))
                            .addAttributes(text("service.instance.id", "router-1")))
                    .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans))))
            .build(),
        answers);
    assertThat(answers.values).hasSize(1);
  }

  private static Span span(int trace, int span) {
    var traceId = new byte[16];
    traceId[15] = (byte) trace;
    var spanId = new byte[8];
    spanId[7] = (byte) span;
    return Span.newBuilder()
        .setTraceId(ByteString.copyFrom(traceId))
        .setSpanId(ByteString.copyFrom(spanId))
        .setName("infer")
        .addAttributes(text("weir.variant", "canary"))
        .build();
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static String id(int trace) {
    return "%032x".formatted(trace);
  }
}
