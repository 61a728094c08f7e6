package dev.weir.monitor.forward;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An OpenTelemetry collector that only remembers what it got. */
final class Collector implements AutoCloseable {
  final Queue<Object> taken = new ConcurrentLinkedQueue<>();
  private final GrpcServer server;

  Collector(int port, ServerInterceptor... interceptors) {
    server =
        GrpcServer.start(
            "collector",
            new GrpcListenConfig(
                "127.0.0.1",
                port,
                64 << 20,
                8_192,
                100,
                Duration.ofSeconds(5),
                Duration.ofMillis(100)),
            GrpcServer.Services.of(List.of(interceptors), traces(), metrics(), logs()));
  }

  int port() {
    return server.port();
  }

  private <A> void take(Object request, A answer, StreamObserver<A> responses) {
    taken.add(request);
    responses.onNext(answer);
    responses.onCompleted();
  }

  private TraceServiceGrpc.TraceServiceImplBase traces() {
    return new TraceServiceGrpc.TraceServiceImplBase() {
      @Override
      public void export(
          ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> responses) {
        take(request, ExportTraceServiceResponse.getDefaultInstance(), responses);
      }
    };
  }

  private MetricsServiceGrpc.MetricsServiceImplBase metrics() {
    return new MetricsServiceGrpc.MetricsServiceImplBase() {
      @Override
      public void export(
          ExportMetricsServiceRequest request,
          StreamObserver<ExportMetricsServiceResponse> responses) {
        take(request, ExportMetricsServiceResponse.getDefaultInstance(), responses);
      }
    };
  }

  private LogsServiceGrpc.LogsServiceImplBase logs() {
    return new LogsServiceGrpc.LogsServiceImplBase() {
      @Override
      public void export(
          ExportLogsServiceRequest request, StreamObserver<ExportLogsServiceResponse> responses) {
        take(request, ExportLogsServiceResponse.getDefaultInstance(), responses);
      }
    };
  }

  @Override
  public void close() throws Exception {
    server.close();
  }
}
