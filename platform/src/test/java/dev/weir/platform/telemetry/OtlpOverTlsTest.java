package dev.weir.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.TestClock;
import dev.weir.platform.tls.ClientCertificates;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.TestAuthority;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Traces and metrics to a collector that asks for certificates. */
@Timeout(60)
class OtlpOverTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Resources opened = new Resources();
  private final BlockingQueue<String> spans = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> metrics = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> callers = new LinkedBlockingQueue<>();

  private final class Traces extends TraceServiceGrpc.TraceServiceImplBase {
    @Override
    public void export(
        ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> response) {
      request
          .getResourceSpansList()
          .forEach(r -> r.getScopeSpans(0).getSpansList().forEach(s -> spans.add(s.getName())));
      response.onNext(ExportTraceServiceResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private final class Metrics extends MetricsServiceGrpc.MetricsServiceImplBase {
    @Override
    public void export(
        ExportMetricsServiceRequest request,
        StreamObserver<ExportMetricsServiceResponse> response) {
      metrics.add("exported");
      response.onNext(ExportMetricsServiceResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private final class RememberCaller implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      try {
        callers.add(Objects.requireNonNull(session).getPeerCertificates().length + " certificates");
      } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
        callers.add("nobody");
      }
      return next.startCall(call, headers);
    }
  }

  @AfterEach
  void stop() {
    opened.close();
  }

  private GrpcServer collector(TestAuthority.PemFiles files) {
    var config = files.listener(ClientCertificates.REQUIRED, INTERVAL);
    ReloadingTls tls = ReloadingTls.server("grpc.tls", config, clock, clock);
    opened.add("server tls", Objects.requireNonNull(tls));
    return opened.add(
        "collector",
        GrpcServer.start(
            "collector",
            GrpcListenConfig.onLoopback(0),
            tls,
            GrpcServer.Services.of(List.of(new RememberCaller()), new Traces(), new Metrics())));
  }

  private Telemetry telemetry(GrpcServer collector, TestAuthority.PemFiles own) {
    var config =
        new ClientTlsConfig(true, own.cas(), own.certificate(), own.key(), "mesh", INTERVAL);
    ReloadingTls tls = ReloadingTls.client("tls", config, clock, clock);
    opened.add("client tls", Objects.requireNonNull(tls));
    var endpoints = List.of("https://127.0.0.1:" + collector.port());
    return opened.add(
        "telemetry",
        Telemetry.start(
            "router",
            "router-1",
            new TelemetryConfig(endpoints, 1, Duration.ofMillis(100), 100),
            tls));
  }

  @Test
  void both_arrive_with_the_certificate_of_the_service() throws InterruptedException {
    // bears the name that the settings expect, not the address
    TestAuthority.PemFiles server =
        AUTHORITY.write(folder, "server", AUTHORITY.issueBare(b -> b.addSanDnsName("mesh")));
    TestAuthority.PemFiles client =
        AUTHORITY.write(folder, "client", AUTHORITY.issueSpiffe("spiffe://mesh/router"));
    Telemetry telemetry = telemetry(collector(server), client);

    telemetry.tracer().spanBuilder("work").startSpan().end();

    assertThat(spans.poll(30, TimeUnit.SECONDS)).isEqualTo("work");
    assertThat(metrics.poll(30, TimeUnit.SECONDS)).isEqualTo("exported");
    assertThat(callers).containsOnly("1 certificates");
    assertThat(telemetry.prometheusText()).contains("weir_tls_failures_total");
  }
}
