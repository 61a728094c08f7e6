package dev.weir.monitor.simulated;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HexFormat;

/** Spans as router and worker would send them for one request. */
public final class FakeSpans {
  private FakeSpans() {}

  /** The spans of one trace. */
  public static ExportTraceServiceRequest of(
      String traceId, String variant, long startNanos, long durationNanos, boolean fails) {
    long worker = durationNanos / 6;
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            resource("router", "router-1")
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .addSpans(
                            span(traceId, 1, 0, "inference.GRPCInferenceService/ModelInfer")
                                .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                                .setStartTimeUnixNano(startNanos)
                                .setEndTimeUnixNano(startNanos + durationNanos)
                                .addAttributes(text("weir.route", SimulatedTraffic.ROUTE))
                                .addAttributes(text("weir.variant", variant))
                                .addAttributes(text("weir.canary_probability", "0.05"))
                                .setStatus(status(fails)))
                        .addSpans(
                            span(traceId, 2, 1, "attempt 1")
                                .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
                                .setStartTimeUnixNano(startNanos + worker / 4)
                                .setEndTimeUnixNano(startNanos + durationNanos - worker / 4))))
        .addResourceSpans(
            resource("model-worker", "worker-1")
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .addSpans(
                            span(traceId, 3, 2, "inference.GRPCInferenceService/ModelInfer")
                                .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                                .setStartTimeUnixNano(startNanos + worker)
                                .setEndTimeUnixNano(startNanos + durationNanos - worker)
                                .setStatus(status(fails)))
                        .addSpans(
                            span(traceId, 4, 3, "validate input")
                                .setStartTimeUnixNano(startNanos + worker)
                                .setEndTimeUnixNano(startNanos + worker + worker / 5))
                        .addSpans(
                            span(traceId, 5, 3, "onnxruntime run")
                                .setStartTimeUnixNano(startNanos + worker + worker / 5)
                                .setEndTimeUnixNano(startNanos + durationNanos - worker)
                                .setStatus(status(fails)))))
        .build();
  }

  private static Status status(boolean fails) {
    return fails
        ? Status.newBuilder()
            .setCode(Status.StatusCode.STATUS_CODE_ERROR)
            .setMessage("INTERNAL: the engine failed")
            .build()
        : Status.getDefaultInstance();
  }

  private static ResourceSpans.Builder resource(String service, String instance) {
    return ResourceSpans.newBuilder()
        .setResource(
            Resource.newBuilder()
                .addAttributes(text("service.name", "weir-" + service))
                .addAttributes(text("service.instance.id", instance)));
  }

  private static Span.Builder span(String traceId, int id, int parent, String name) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(HexFormat.of().parseHex(traceId)))
            .setSpanId(id(id))
            .setName(name);
    return parent == 0 ? span : span.setParentSpanId(id(parent));
  }

  private static ByteString id(int id) {
    var bytes = new byte[8];
    bytes[7] = (byte) id;
    return ByteString.copyFrom(bytes);
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
