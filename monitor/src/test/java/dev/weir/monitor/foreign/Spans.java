package dev.weir.monitor.foreign;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Spans as any sender would export them. */
public final class Spans {
  private static long nextId = 1;

  private Spans() {}

  /** A span that began at a time, milliseconds since an origin, and took so long. */
  public static Span.Builder span(
      Span.SpanKind kind, Instant origin, long atMillis, long tookMillis, Object... attributes) {
    long start = (origin.toEpochMilli() + atMillis) * 1_000_000;
    return Span.newBuilder()
        .setTraceId(ByteString.copyFrom(ByteBuffer.allocate(16).putLong(1).putLong(nextId).flip()))
        .setSpanId(id(nextId++))
        .setName("call")
        .setKind(kind)
        .setStartTimeUnixNano(start)
        .setEndTimeUnixNano(start + tookMillis * 1_000_000)
        .addAllAttributes(attributes(attributes));
  }

  static ByteString id(long id) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).flip());
  }

  static Span.Builder failed(Span.Builder span) {
    return span.setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR));
  }

  /** An export of a service. */
  public static ResourceSpans of(String service, String scope, List<Span> spans, Object... more) {
    var resource = Resource.newBuilder().addAllAttributes(attributes("service.name", service));
    resource.addAllAttributes(attributes(more));
    return ResourceSpans.newBuilder()
        .setResource(resource)
        .addScopeSpans(
            ScopeSpans.newBuilder()
                .setScope(InstrumentationScope.newBuilder().setName(scope))
                .addAllSpans(spans))
        .build();
  }

  static List<KeyValue> attributes(Object... keysAndValues) {
    var attributes = new ArrayList<KeyValue>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      var value = AnyValue.newBuilder();
      switch (keysAndValues[i + 1]) {
        case Long number -> value.setIntValue(number);
        case Integer number -> value.setIntValue(number);
        case Double number -> value.setDoubleValue(number);
        case Object text -> value.setStringValue(text.toString());
      }
      attributes.add(
          KeyValue.newBuilder().setKey(keysAndValues[i].toString()).setValue(value).build());
    }
    return attributes;
  }
}
