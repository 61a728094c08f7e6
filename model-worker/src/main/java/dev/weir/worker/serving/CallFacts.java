package dev.weir.worker.serving;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.route.v1.Assignment;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a call's metadata says beside its messages.
 *
 * @param assignment how the router assigned it; empty when it did not come through a router
 * @param requestId id made by the router or the client; empty: none
 * @param errorsEndStream whether the client wants a stream to end with the first error's gRPC
 *     status, instead of errors in-band
 */
public record CallFacts(
    Optional<Assignment> assignment, String requestId, boolean errorsEndStream) {
  private static final Metadata.Key<String> ERRORS_END_STREAM =
      Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);

  private static final int MAX_REQUEST_ID_CHARACTERS = 256;
  private static final Logger LOG = LoggerFactory.getLogger(CallFacts.class);
  private static final CallFacts NONE = new CallFacts(Optional.empty(), "", false);
  private static final Context.Key<CallFacts> KEY = Context.keyWithDefault("weir-call-facts", NONE);

  /** Those of the current call. */
  public static CallFacts current() {
    return KEY.get();
  }

  /** Reads them for each call. */
  public static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <A, B> ServerCall.Listener<A> interceptCall(
          ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        Context context = Context.current().withValue(KEY, of(headers));
        return Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  static CallFacts of(Metadata headers) {
    String requestId = headers.get(MeshMetadata.REQUEST_ID);
    return new CallFacts(
        assignment(headers.get(MeshMetadata.ASSIGNMENT)),
        requestId == null || requestId.length() > MAX_REQUEST_ID_CHARACTERS ? "" : requestId,
        "true".equals(headers.get(ERRORS_END_STREAM)));
  }

  private static Optional<Assignment> assignment(byte @Nullable [] bytes) {
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Assignment.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      LOG.debug("assignment that cannot be read, the request is served without");
      return Optional.empty();
    }
  }
}
