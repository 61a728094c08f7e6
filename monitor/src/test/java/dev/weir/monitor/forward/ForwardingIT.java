package dev.weir.monitor.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.grpc.Channel;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forwarding over real sockets, to a collector and to the real Jaeger. */
final class ForwardingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @TempDir private Path folder;
  private final Scheduler scheduler = Scheduler.system("forwarding-it");

  @AfterEach
  void stop() {
    scheduler.close();
  }

  private static IntakeConfig forwardingTo(int... ports) {
    IntakeConfig d = IntakeConfig.defaults();
    return new IntakeConfig(
        d.maxRouters(),
        d.maxWorkers(),
        d.sampleSlice(),
        d.sampleGrace(),
        d.maxWaitingSamples(),
        d.maxPredictions(),
        d.maxWaitingLabels(),
        d.maxTraces(),
        d.maxSpansPerTrace(),
        d.maxPinnedTraces(),
        d.maxMetricSeries(),
        d.maxLogsPerService(),
        Arrays.stream(ports).mapToObj(port -> "http://127.0.0.1:" + port).toList(),
        d.maxForwardBytes(),
        d.maxBusinessUnits());
  }

  private static GrpcChannel to(int port) {
    return GrpcChannel.to(new HostAndPort("127.0.0.1", port), List.of());
  }

  private static ExportTraceServiceRequest span() {
    Instant now = Clock.system().now();
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    var request = ExportTraceServiceRequest.newBuilder();
    var spans = request.addResourceSpansBuilder();
    spans
        .getResourceBuilder()
        .addAttributes(
            KeyValue.newBuilder()
                .setKey("service.name")
                .setValue(AnyValue.newBuilder().setStringValue("checkout")));
    spans
        .addScopeSpansBuilder()
        .addSpans(
            Span.newBuilder()
                .setTraceId(ByteString.fromHex(TRACE))
                .setSpanId(ByteString.fromHex("b7ad6b7169203331"))
                .setName("infer")
                .setStartTimeUnixNano(nanos - 1_000_000)
                .setEndTimeUnixNano(nanos));
    return request.build();
  }

  private static void sendAll(Channel channel) {
    var metrics = ExportMetricsServiceRequest.newBuilder();
    metrics.addResourceMetricsBuilder().setSchemaUrl("m");
    var logs = ExportLogsServiceRequest.newBuilder();
    logs.addResourceLogsBuilder().setSchemaUrl("l");
    TraceServiceGrpc.newBlockingStub(channel).export(span());
    MetricsServiceGrpc.newBlockingStub(channel).export(metrics.build());
    LogsServiceGrpc.newBlockingStub(channel).export(logs.build());
  }

  @Test
  void traces_metrics_and_logs_go_on_and_nothing_goes_round() throws Exception {
    int second = freePort();
    try (var forwarding = new Forwarding(forwardingTo(second), null, scheduler);
        var first = new Collector(0, forwarding.tap());
        var back = new Forwarding(forwardingTo(first.port()), null, scheduler);
        GrpcChannel channel = to(first.port())) {
      // the second is away at first, and names the first
      sendAll(channel.channel());
      try (var collector = new Collector(second, back.tap())) {
        await().atMost(PATIENCE).until(() -> collector.taken.size() == 3);
        sendAll(channel.channel());
        await().atMost(PATIENCE).until(() -> collector.taken.size() == 6);
        assertThat(first.taken).hasSize(6);
        assertThat(collector.taken.stream().map(Object::getClass).distinct()).hasSize(3);
      }
    }
  }

  @Test
  void a_trace_reaches_the_real_jaeger() throws Exception {
    String program = System.getenv("WEIR_JAEGER_BIN");
    assumeTrue(program != null, "WEIR_JAEGER_BIN is not set: ./weir components installs it");
    int otlp = freePort();
    int query = freePort();
    Path config = folder.resolve("jaeger.yaml");
    Files.writeString(config, jaeger(otlp, query, freePort()));
    Process jaeger =
        new ProcessBuilder(String.valueOf(program), "--config", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("jaeger.log").toFile())
            .start();
    try (var forwarding = new Forwarding(forwardingTo(otlp), null, scheduler);
        var monitor = new Collector(0, forwarding.tap());
        GrpcChannel channel = to(monitor.port());
        HttpClient http = HttpClient.newHttpClient()) {
      sendAll(channel.channel());
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + query + "/api/traces/" + TRACE))
              .build();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() ->
              http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("checkout"));
    } finally {
      jaeger.destroy();
      jaeger.waitFor();
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String jaeger(int otlp, int query, int queryGrpc) {
    return """
    service:
      extensions: [jaeger_storage, jaeger_query]
      pipelines:
        traces: {receivers: [otlp], exporters: [jaeger_storage_exporter]}
      telemetry: {metrics: {level: none}, traces: {level: none}}
    extensions:
      jaeger_query:
        storage: {traces: memory}
        http: {endpoint: "127.0.0.1:%d"}
        grpc: {endpoint: "127.0.0.1:%d"}
      jaeger_storage: {backends: {memory: {memory: {max_traces: 100}}}}
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}}}}
    exporters: {jaeger_storage_exporter: {trace_storage: memory}}
    """
        .formatted(query, queryGrpc, otlp);
  }
}
