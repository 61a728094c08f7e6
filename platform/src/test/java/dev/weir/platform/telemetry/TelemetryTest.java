package dev.weir.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DeregisterResponse;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TelemetryTest {
  private static final String SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<ExportTraceServiceRequest> traces = new CopyOnWriteArrayList<>();
  private final List<ExportMetricsServiceRequest> metrics = new CopyOnWriteArrayList<>();

  private final class Traces extends TraceServiceGrpc.TraceServiceImplBase {
    @Override
    public void export(
        ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> response) {
      traces.add(request);
      response.onNext(ExportTraceServiceResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private final class Metrics extends MetricsServiceGrpc.MetricsServiceImplBase {
    @Override
    public void export(
        ExportMetricsServiceRequest request,
        StreamObserver<ExportMetricsServiceResponse> response) {
      metrics.add(request);
      response.onNext(ExportMetricsServiceResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  /** The last hop: remembers the trace context that reached it. */
  private static final class LastHop extends DiscoveryServiceGrpc.DiscoveryServiceImplBase
      implements ServerInterceptor {
    volatile @Nullable String traceparent;

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      traceparent = headers.get(MeshMetadata.TRACEPARENT);
      return next.startCall(call, headers);
    }

    @Override
    public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> response) {
      response.onNext(DeregisterResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  /** The hop between: calls the last one while it is called. */
  private static final class Middle extends DiscoveryServiceGrpc.DiscoveryServiceImplBase {
    private final DiscoveryServiceGrpc.DiscoveryServiceBlockingStub next;
    volatile @Nullable String traceId;

    Middle(DiscoveryServiceGrpc.DiscoveryServiceBlockingStub next) {
      this.next = next;
    }

    @Override
    public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> response) {
      traceId = Span.current().getSpanContext().getTraceId();
      response.onNext(next.deregister(request));
      response.onCompleted();
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : open.reversed()) {
      resource.close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.add(resource);
    return resource;
  }

  private GrpcServer serve(GrpcServer.Services services) {
    return opened(GrpcServer.start("test", GrpcListenConfig.onLoopback(0), services));
  }

  private DiscoveryServiceGrpc.DiscoveryServiceBlockingStub stub(
      GrpcServer server, Telemetry... telemetry) {
    var channel =
        opened(
            GrpcChannel.to(
                new HostAndPort("127.0.0.1", server.port()),
                List.of(telemetry).stream().map(Telemetry::clientInterceptor).toList()));
    return DiscoveryServiceGrpc.newBlockingStub(channel.channel());
  }

  private Telemetry telemetry(double ratio, Duration metricsInterval) {
    GrpcServer collector = serve(GrpcServer.Services.of(List.of(), new Traces(), new Metrics()));
    var config =
        new TelemetryConfig(
            List.of("http://127.0.0.1:" + collector.port()), ratio, metricsInterval, 100);
    return opened(Telemetry.start("router", "router-1", config));
  }

  private Telemetry telemetry(double ratio) {
    return telemetry(ratio, Duration.ofMinutes(10));
  }

  private List<io.opentelemetry.proto.trace.v1.Span> spans() {
    return traces.stream()
        .flatMap(request -> request.getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  @Test
  void a_span_arrives_at_the_collector_with_the_name_of_service_and_instance() {
    Telemetry telemetry = telemetry(1);
    Span span =
        telemetry.tracer().spanBuilder("work").setAttribute("weir.route", "fraud").startSpan();
    span.end();
    await().until(() -> !spans().isEmpty());
    assertThat(spans())
        .singleElement()
        .satisfies(seen -> {
          assertThat(seen.getName()).isEqualTo("work");
          assertThat(HexFormat.of().formatHex(seen.getTraceId().toByteArray()))
              .isEqualTo(span.getSpanContext().getTraceId());
          assertThat(seen.getAttributesList())
              .extracting(KeyValue::getKey, attribute -> attribute.getValue().getStringValue())
              .containsExactly(org.assertj.core.groups.Tuple.tuple("weir.route", "fraud"));
        });
    assertThat(traces.getFirst().getResourceSpans(0).getResource().getAttributesList())
        .filteredOn(attribute -> attribute.getKey().startsWith("service."))
        .extracting(attribute -> attribute.getValue().getStringValue())
        .containsExactlyInAnyOrder("weir-router", "router-1");
  }

  @Test
  void what_was_chosen_before_its_span_is_sampled_whatever_the_share() {
    Telemetry telemetry = telemetry(1e-9);
    var builder = telemetry.tracer().spanBuilder("work");
    assertThat(builder.setNoParent().startSpan().getSpanContext().isSampled()).isFalse();
    Span chosen = builder.setParent(telemetry.sampling().sampledRoot()).startSpan();
    assertThat(chosen.getSpanContext().isSampled()).isTrue();
    chosen.end();
    await().until(() -> !spans().isEmpty());
    assertThat(spans()).singleElement().satisfies(s -> assertThat(s.getParentSpanId()).isEmpty());
  }

  @Test
  void the_share_that_is_asked_for_is_the_share_that_is_chosen() {
    var random = new java.util.SplittableRandom(1);
    var sampling = new TraceSampling(0.25, true);
    long chosen = random.longs(10_000).filter(sampling::samples).count();
    assertThat(chosen).isBetween(2_300L, 2_700L);
    assertThat(random.longs(100).filter(new TraceSampling(0, true)::samples)).isEmpty();
    assertThat(random.longs(100).filter(new TraceSampling(1, true)::samples)).hasSize(100);
    assertThat(random.longs(100).filter(new TraceSampling(1, false)::samples)).isEmpty();
  }

  @Test
  void what_was_finished_before_the_end_is_still_sent() {
    Telemetry telemetry = telemetry(1);
    telemetry.tracer().spanBuilder("last").startSpan().end();
    telemetry.close();
    assertThat(spans()).hasSize(1);
  }

  @Test
  void metrics_are_sent_too() {
    Telemetry telemetry = telemetry(1, Duration.ofMillis(100));
    telemetry.meter().counterBuilder("weir_router_requests").build().add(1);
    await()
        .until(() ->
            metrics.stream()
                .flatMap(request -> request.getResourceMetricsList().stream())
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream())
                .anyMatch(metric -> metric.getName().equals("weir_router_requests")));
  }

  private static Metadata parent(String traceparent) {
    var headers = new Metadata();
    headers.put(MeshMetadata.TRACEPARENT, traceparent);
    return headers;
  }

  /** One call through two hops. Returns the trace context that reached the last. */
  private String traceparentAtLastHop(Telemetry telemetry, @Nullable String traceparent) {
    var lastHop = new LastHop();
    GrpcServer last = serve(GrpcServer.Services.of(List.of(lastHop), lastHop));
    var middleService = new Middle(stub(last, telemetry));
    GrpcServer middle =
        serve(GrpcServer.Services.of(List.of(telemetry.serverInterceptor()), middleService));
    var client = stub(middle);
    if (traceparent != null) {
      client =
          client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(parent(traceparent)));
    }
    var answer = client.deregister(DeregisterRequest.getDefaultInstance());
    assertThat(answer).isEqualTo(DeregisterResponse.getDefaultInstance());
    return String.valueOf(lastHop.traceparent);
  }

  @Test
  void a_sampled_callers_trace_goes_on_over_both_hops() {
    Telemetry telemetry = telemetry(0);
    String reached = traceparentAtLastHop(telemetry, SAMPLED);
    assertThat(reached).matches("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01");
    assertThat(reached).isNotEqualTo(SAMPLED);
    await().until(() -> spans().size() >= 2);
    assertThat(spans())
        .hasSize(2)
        .allSatisfy(span ->
            assertThat(HexFormat.of().formatHex(span.getTraceId().toByteArray()))
                .isEqualTo("0af7651916cd43dd8448eb211c80319c"));
  }

  @Test
  void an_unsampled_caller_stays_unsampled_and_its_trace_id_is_still_passed_on() {
    Telemetry telemetry = telemetry(1);
    assertThat(traceparentAtLastHop(telemetry, UNSAMPLED))
        .matches("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00");
    telemetry.close();
    assertThat(spans()).isEmpty();
  }

  @Test
  void without_a_caller_the_first_hop_decides() {
    // the flag 02 says that the trace id is random
    Telemetry none = telemetry(0);
    assertThat(traceparentAtLastHop(none, null)).matches(".*-0[02]");
    Telemetry all = telemetry(1);
    assertThat(traceparentAtLastHop(all, null)).matches(".*-0[13]");
    none.close();
    all.close();
    assertThat(spans()).hasSize(2);
  }

  @Test
  void a_collector_that_is_away_costs_spans_which_are_counted_and_nothing_else() {
    var config = new TelemetryConfig(List.of("http://127.0.0.1:1"), 1, Duration.ofMinutes(10), 2);
    Telemetry telemetry = opened(Telemetry.start("router", "router-1", config));
    for (int i = 0; i < 10_000; i++) {
      telemetry.tracer().spanBuilder("work").startSpan().end();
    }
    await()
        .until(() ->
            telemetry
                .prometheusText()
                .lines()
                .anyMatch(line -> line.matches("processedSpans_total\\{.*dropped=\"true\".*")));
  }
}
