package dev.weir.monitor.intake;

import dev.weir.platform.time.Clock;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.List;

/** Takes traces over OTLP/gRPC. */
public final class TraceReceiver extends TraceServiceGrpc.TraceServiceImplBase {
  /** Who reads calls from spans. */
  public interface Calls {
    /** Takes an export. */
    void take(List<ResourceSpans> spans);
  }

  private final TraceStore traces;
  private final ServicesHeard services;
  private final Calls calls;
  private final IntakeCounts counts;
  private final Clock clock;

  /**
   * Puts spans into {@code traces} and their senders into {@code services}, and hands them to
   * {@code calls}.
   */
  public TraceReceiver(
      TraceStore traces, ServicesHeard services, Calls calls, IntakeCounts counts, Clock clock) {
    this.calls = calls;
    this.traces = traces;
    this.services = services;
    this.counts = counts;
    this.clock = clock;
  }

  @Override
  public void export(
      ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> responses) {
    for (ResourceSpans resourceSpans : request.getResourceSpansList()) {
      Resource resource = resourceSpans.getResource();
      String service = OtlpAttributes.valueOf(resource.getAttributesList(), "service.name");
      String instance = OtlpAttributes.valueOf(resource.getAttributesList(), "service.instance.id");
      services.heard(service, instance, clock.now());
      for (ScopeSpans scope : resourceSpans.getScopeSpansList()) {
        takeAll(scope.getSpansList(), service, instance);
      }
    }
    calls.take(request.getResourceSpansList());
    responses.onNext(ExportTraceServiceResponse.getDefaultInstance());
    responses.onCompleted();
  }

  private void takeAll(List<Span> spans, String service, String instance) {
    for (Span span : spans) {
      if (span.getTraceId().size() != 16 || span.getSpanId().size() != 8) {
        counts.add(IntakeEvent.SPANS_DROPPED);
        continue;
      }
      traces.add(OtlpAttributes.hex(span.getTraceId()), stored(span, service, instance));
    }
  }

  private static StoredSpan stored(Span span, String service, String instance) {
    return new StoredSpan(
        OtlpAttributes.hex(span.getSpanId()),
        OtlpAttributes.hex(span.getParentSpanId()),
        OtlpAttributes.cut(span.getName()),
        service,
        instance,
        kind(span.getKind()),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
        OtlpAttributes.cut(span.getStatus().getMessage()),
        OtlpAttributes.of(span.getAttributesList()));
  }

  private static String kind(Span.SpanKind kind) {
    return switch (kind) {
      case SPAN_KIND_SERVER -> "server";
      case SPAN_KIND_CLIENT -> "client";
      case SPAN_KIND_PRODUCER -> "producer";
      case SPAN_KIND_CONSUMER -> "consumer";
      case SPAN_KIND_INTERNAL, SPAN_KIND_UNSPECIFIED, UNRECOGNIZED -> "internal";
    };
  }
}
