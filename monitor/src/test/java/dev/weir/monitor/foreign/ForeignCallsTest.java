package dev.weir.monitor.foreign;

import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.route.v1.Arm;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ForeignCallsTest implements ForeignCalls.Sink {
  private final TestClock clock = new TestClock();
  private final Instant origin = clock.now();
  private final IntakeCounts counts = new IntakeCounts();
  private final ForeignCalls calls = new ForeignCalls(ForeignConfig.defaults(), counts, clock);
  private final List<OutcomeSlice> shown = new ArrayList<>();
  private final List<OutcomeSlice> units = new ArrayList<>();

  @Override
  public void foreign(OutcomeSlice slice) {
    shown.add(slice);
  }

  @Override
  public void takeForeign(OutcomeSlice slice) {
    units.add(slice);
  }

  private void send(Span.Builder... spans) {
    send("shop", "any.instrumentation", spans);
  }

  private void send(String service, String scope, Span.Builder... spans) {
    var built = new ArrayList<Span>();
    for (Span.Builder span : spans) {
      built.add(span.build());
    }
    calls.take(
        List.of(
            Spans.of(
                service,
                scope,
                built,
                "service.version",
                "1.4.2",
                "deployment.environment.name",
                "staging")));
  }

  private void silence() {
    clock.advance(Duration.ofSeconds(30));
    calls.close(this);
  }

  private List<OutcomeCell> cells() {
    silence();
    return shown.stream().flatMap(slice -> slice.getCellsList().stream()).toList();
  }

  private OutcomeKey onlyKey() {
    List<OutcomeCell> cells = cells();
    assertThat(cells).hasSize(1);
    return cells.getFirst().getKey();
  }

  private Span.Builder server(long atMillis, Object... attributes) {
    return Spans.span(SPAN_KIND_SERVER, origin, atMillis, 20, attributes);
  }

  private Span.Builder client(long atMillis, Object... attributes) {
    return Spans.span(SPAN_KIND_CLIENT, origin, atMillis, 20, attributes);
  }

  @Test
  void a_server_s_rpc_span_is_a_call_of_its_service_and_method() {
    send(
        server(0, "rpc.system", "grpc", "rpc.service", "shop.Cart", "rpc.method", "Add"),
        server(5, "rpc.system.name", "grpc", "rpc.method", "shop.Cart/Add"));
    OutcomeKey key = onlyKey();
    assertThat(key.getRoute()).isEqualTo("shop shop.Cart/Add");
    assertThat(key.getVariant()).isEqualTo("staging");
    assertThat(key.getVersion()).isEqualTo("1.4.2");
    assertThat(key.getArm()).isEqualTo(Arm.ARM_UNSPECIFIED);
  }

  @Test
  void a_server_s_http_span_is_a_call_of_its_route() {
    send(server(0, "http.request.method", "POST", "http.route", "/score/{id}"));
    assertThat(onlyKey().getRoute()).isEqualTo("shop POST /score/{id}");
  }

  @Test
  void a_feature_flag_names_the_variant_on_the_span_or_in_its_event() {
    send(
        server(0, "http.route", "/a", "feature_flag.key", "model", "feature_flag.variant", "old"),
        server(1, "http.route", "/a")
            .addEvents(
                Span.Event.newBuilder()
                    .setName("feature_flag.evaluation")
                    .addAllAttributes(
                        Spans.attributes(
                            "feature_flag.key", "model", "feature_flag.result.variant", "new"))));
    assertThat(cells())
        .extracting(cell -> cell.getKey().getVariant())
        .containsExactly("old", "new");
  }

  @Test
  void a_client_s_generative_model_is_route_and_version() {
    send(
        client(
            0,
            "gen_ai.request.model",
            "large",
            "gen_ai.response.model",
            "large-2026-10",
            "server.address",
            "models.example"));
    OutcomeKey key = onlyKey();
    assertThat(key.getRoute()).isEqualTo("large");
    assertThat(key.getModel()).isEqualTo("large");
    assertThat(key.getVersion()).isEqualTo("large-2026-10");
  }

  @Test
  void a_path_of_the_inference_protocol_names_model_and_version() {
    send(
        server(
            0,
            "http.route",
            "/v2/models/{m}/infer",
            "url.path",
            "/v2/models/iris/versions/7/infer"));
    OutcomeKey key = onlyKey();
    assertThat(key.getRoute()).isEqualTo("iris");
    assertThat(key.getVersion()).isEqualTo("7");
  }

  @Test
  void a_client_s_call_of_the_inference_protocol_counts_and_another_client_s_does_not() {
    send(
        client(
            0,
            "rpc.service",
            "inference.GRPCInferenceService",
            "rpc.method",
            "ModelInfer",
            "server.address",
            "triton"),
        client(1, "http.request.method", "GET", "server.address", "weather.example"),
        Spans.span(SPAN_KIND_INTERNAL, origin, 2, 3, "feature_flag.key", "a"),
        server(3, "rpc.service", "grpc.health.v1.Health", "rpc.method", "Check"),
        server(4));
    assertThat(onlyKey().getRoute()).isEqualTo("triton inference.GRPCInferenceService/ModelInfer");
  }

  @ParameterizedTest
  @CsvSource({
    "rpc.response.status_code, DEADLINE_EXCEEDED, 4",
    "rpc.response.status_code, 14, 14",
    "rpc.response.status_code, no such, 2",
    "rpc.grpc.status_code, 13, 13",
    "rpc.grpc.status_code, 0, 0",
    "rpc.grpc.status_code, 99, 2",
    "http.response.status_code, 201, 0",
    "http.response.status_code, 404, 5",
    "http.response.status_code, 429, 8",
    "http.response.status_code, 503, 14",
    "http.status_code, 500, 13",
    "http.status_code, x, 2"
  })
  void a_status_becomes_a_grpc_code(String key, String value, int code) {
    send(server(0, "http.route", "/a", key, value));
    OutcomeCell cell = cells().getFirst();
    if (code == 0) {
      assertThat(cell.getErrorsMap()).isEmpty();
    } else {
      assertThat(cell.getErrorsMap()).containsEntry(code, 1L);
    }
  }

  @Test
  void a_span_that_says_error_failed_whatever_its_code() {
    send(
        Spans.failed(server(0, "http.route", "/a")),
        Spans.failed(server(1, "http.route", "/a", "rpc.grpc.status_code", 0)));
    assertThat(cells().getFirst().getErrorsMap()).containsEntry(2, 2L);
  }

  @Test
  void calls_are_counted_by_second_with_their_latency() {
    send(
        server(0, "http.route", "/a"),
        server(200, "http.route", "/a"),
        server(1_500, "http.route", "/a"));
    silence();
    assertThat(shown).hasSize(2);
    OutcomeCell first = shown.getFirst().getCells(0);
    assertThat(first.getStarted()).isEqualTo(2);
    assertThat(first.getLatencyBucketsList()).containsExactly(LatencyScale.bucketOf(20_000_000));
    assertThat(first.getLatencyCountsList()).containsExactly(2L);
    assertThat(first.getExemplarTraceIdsCount()).isEqualTo(2);
    assertThat(shown.getFirst().getStart().getSeconds()).isEqualTo(origin.getEpochSecond());
  }

  @Test
  void a_second_is_closed_when_its_sender_has_gone_a_grace_beyond_it() {
    send(server(0, "http.route", "/a"));
    send(server(10_500, "http.route", "/a"));
    calls.close(this);
    assertThat(shown).isEmpty();
    send(server(11_000, "http.route", "/a"));
    calls.close(this);
    assertThat(shown).hasSize(1);
    send(server(900, "http.route", "/a"));
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS_LATE)).isEqualTo(1);
  }

  @Test
  void the_mesh_s_own_spans_are_no_foreign_calls() {
    Object[] attributes = {
      "rpc.system",
      "grpc",
      "rpc.service",
      "inference.GRPCInferenceService",
      "rpc.method",
      "ModelInfer",
      "weir.route",
      "fraud",
      "weir.variant",
      "canary",
      "weir.version",
      "2"
    };
    send("weir-router", "dev.weir", server(0, attributes));
    send("weir-model-worker", "io.opentelemetry.grpc-1.6", server(0, attributes));
    send("renamed-by-a-collector", "dev.weir", server(0, attributes));
    assertThat(cells()).isEmpty();
  }

  @Test
  void a_client_of_a_router_is_not_counted_beside_what_the_router_reports() {
    Span.Builder caller =
        client(0, "rpc.service", "inference.GRPCInferenceService", "rpc.method", "ModelInfer");
    send(caller);
    send("weir-router", "dev.weir", server(2).setParentSpanId(caller.getSpanId()));
    assertThat(cells()).isEmpty();
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS_COVERED)).isEqualTo(1);
  }

  @Test
  void client_and_server_of_one_call_are_one_call() {
    Span.Builder caller = client(0, "gen_ai.request.model", "large");
    send(
        "models",
        "x",
        server(2, "gen_ai.request.model", "large").setParentSpanId(caller.getSpanId()));
    send(caller, client(3, "gen_ai.request.model", "large"));
    assertThat(cells().stream().mapToLong(OutcomeCell::getStarted).sum()).isEqualTo(2);
  }

  @Test
  void a_span_that_is_sent_again_counts_once() {
    Span.Builder span = server(0, "http.route", "/a");
    send(span);
    send(span);
    assertThat(cells().getFirst().getStarted()).isEqualTo(1);
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS_REPEATED)).isEqualTo(1);
    send(span);
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS_LATE)).isEqualTo(1);
  }

  private static Object[] drawn(String arm, Object... more) {
    var all = new ArrayList<Object>();
    all.addAll(
        List.of(
            "weir.route",
            "fraud",
            "weir.variant",
            arm,
            "weir.version",
            arm.equals("CANARY") ? "2" : "1",
            "weir.arm",
            "ARM_" + arm,
            "weir.canary_probability",
            0.1,
            "weir.rollout",
            "r1",
            "weir.rollout_step",
            1));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void a_span_that_says_how_its_unit_was_drawn_is_evidence_too() {
    send(server(0, "http.route", "/a"));
    send(server(1_000, drawn("CANARY")), server(1_001, drawn("BASELINE", "weir.unit", "00ff")));
    silence();
    assertThat(units).hasSize(1);
    OutcomeCell canary = units.getFirst().getCells(0);
    assertThat(canary.getKey().getArm()).isEqualTo(Arm.ARM_CANARY);
    assertThat(canary.getKey().getCanaryProbability()).isEqualTo(0.1);
    assertThat(canary.getKey().getRolloutId()).isEqualTo("r1");
    assertThat(canary.getKey().getRolloutStep()).isEqualTo(1);
    assertThat(canary.getUnitsCount()).isZero();
    assertThat(units.getFirst().getCells(1).getUnits(0).getUnit()).isEqualTo(255);
    assertThat(shown.getLast().getCellsList())
        .allSatisfy(cell -> assertThat(cell.getKey().getRolloutId()).isEmpty());
  }

  @Test
  void a_draw_that_is_not_told_whole_is_none() {
    send(server(0, "http.route", "/a"));
    send(
        server(1_000, "weir.route", "a", "weir.arm", "ARM_CANARY", "weir.rollout", "r1"),
        server(1_001, "weir.route", "a", "weir.arm", "ARM_CANARY", "weir.canary_probability", 0.1),
        server(1_002, drawn("CANARY", "weir.unit", "no number")),
        server(
            1_003,
            "weir.route",
            "a",
            "weir.arm",
            "ARM_CANARY",
            "weir.rollout",
            "r1",
            "weir.canary_probability",
            2.0));
    silence();
    assertThat(units).isEmpty();
    assertThat(shown).isNotEmpty();
  }

  @Test
  void seconds_that_had_begun_when_a_sender_was_first_heard_are_shown_and_no_evidence() {
    send(server(0, drawn("CANARY")), server(2_500, drawn("CANARY")));
    send(server(2_900, drawn("CANARY")), server(3_000, drawn("CANARY")));
    silence();
    assertThat(units).hasSize(1);
    assertThat(units.getFirst().getCells(0).getStarted()).isEqualTo(1);
    assertThat(shown.stream().mapToLong(slice -> slice.getCells(0).getStarted()).sum())
        .isEqualTo(4);
  }

  @Test
  void times_that_make_no_sense_are_refused_and_do_not_close_what_is_open() {
    send(server(0, "http.route", "/a"));
    send(
        server(Duration.ofDays(400).toMillis(), "http.route", "/a"),
        server(10, "http.route", "/a").setEndTimeUnixNano(1),
        server(10, "http.route", "/a").setStartTimeUnixNano(0));
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS_REFUSED)).isEqualTo(3);
    send(server(20, "http.route", "/a"));
    assertThat(cells().getFirst().getStarted()).isEqualTo(2);
  }

  @Test
  void a_sender_whose_clock_was_set_back_begins_anew() {
    send(server(Duration.ofMinutes(30).toMillis(), "http.route", "/a"));
    send(server(0, "http.route", "/a"));
    assertThat(calls.waiting()).as("an old one alone changes nothing").isEqualTo(1);
    clock.advance(Duration.ofSeconds(61));
    send(server(61_000, "http.route", "/a"));
    send(server(63_000, "http.route", "/a"));
    assertThat(cells()).hasSize(1);
  }

  @Test
  void senders_and_calls_are_bounded_and_counted() {
    var small =
        new ForeignCalls(new ForeignConfig(true, Duration.ofSeconds(10), 1, 10), counts, clock);
    for (int i = 0; i < 40; i++) {
      small.take(List.of(Spans.of("a", "x", List.of(server(i, "http.route", "/a").build()))));
    }
    assertThat(small.waiting()).isEqualTo(10);
    assertThat(counts.of(IntakeEvent.FOREIGN_CALLS_OVERFLOW)).isEqualTo(30);
    small.take(List.of(Spans.of("b", "x", List.of(server(0, "http.route", "/a").build()))));
    assertThat(small.waiting()).isEqualTo(1);
    assertThat(counts.of(IntakeEvent.FOREIGN_SENDERS_FORGOTTEN)).isEqualTo(1);
  }

  @Test
  void nothing_is_read_when_it_is_switched_off() {
    var off =
        new ForeignCalls(new ForeignConfig(false, Duration.ofSeconds(10), 1, 10), counts, clock);
    off.take(List.of(Spans.of("a", "x", List.of(server(0, "http.route", "/a").build()))));
    assertThat(off.waiting()).isZero();
  }
}
