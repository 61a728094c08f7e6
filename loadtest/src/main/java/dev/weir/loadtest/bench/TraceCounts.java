package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.BytesMarshaller;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.stub.ServerCalls;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes OTLP exports of any kind without reading them, and counts the bytes of traces. Thread-safe.
 */
final class TraceCounts extends HandlerRegistry {
  private static final String OTLP = "opentelemetry.proto.collector.";
  private static final String TRACES = OTLP + "trace.v1.TraceService/Export";

  private final AtomicLong traceBytes = new AtomicLong();

  /** Bytes of traces that came. */
  long traceBytes() {
    return traceBytes.get();
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String method, @Nullable String authority) {
    if (!method.startsWith(OTLP)) {
      return null;
    }
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .setRequestMarshaller(BytesMarshaller.INSTANCE)
            .setResponseMarshaller(BytesMarshaller.INSTANCE)
            .build();
    return ServerMethodDefinition.create(
        descriptor,
        ServerCalls.asyncUnaryCall((request, responses) -> {
          if (method.equals(TRACES)) {
            traceBytes.addAndGet(request.length);
          }
          responses.onNext(new byte[0]);
          responses.onCompleted();
        }));
  }
}
