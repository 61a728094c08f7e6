package dev.weir.monitor.forward;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.util.Optional;

/** What is exported over OTLP; the word is the label of {@code weir_monitor_forwarded_total}. */
enum Signal {
  TRACES("traces"),
  METRICS("metrics"),
  LOGS("logs");

  private final String word;

  Signal(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  /** Which one a request exports; empty: it is no export. */
  static Optional<Signal> of(Object request) {
    return switch (request) {
      case ExportTraceServiceRequest traces -> Optional.of(TRACES);
      case ExportMetricsServiceRequest metrics -> Optional.of(METRICS);
      case ExportLogsServiceRequest logs -> Optional.of(LOGS);
      default -> Optional.empty();
    };
  }

  /**
   * Exports, and waits for the answer.
   *
   * @throws StatusRuntimeException when it was not taken
   */
  void export(Channel channel, CallOptions options, MessageLite request) {
    switch (this) {
      case TRACES ->
          call(
              channel,
              TraceServiceGrpc.getExportMethod(),
              options,
              (ExportTraceServiceRequest) request);
      case METRICS ->
          call(
              channel,
              MetricsServiceGrpc.getExportMethod(),
              options,
              (ExportMetricsServiceRequest) request);
      case LOGS ->
          call(
              channel,
              LogsServiceGrpc.getExportMethod(),
              options,
              (ExportLogsServiceRequest) request);
    }
  }

  private static <Q, A> void call(
      Channel channel, MethodDescriptor<Q, A> method, CallOptions options, Q request) {
    ClientCalls.blockingUnaryCall(channel, method, options, request);
  }
}
