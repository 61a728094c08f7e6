package dev.weir.worker.placement;

import com.google.protobuf.ByteString;
import dev.weir.proto.registry.v1.FetchArtifactRequest;
import dev.weir.proto.registry.v1.FetchArtifactResponse;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** The registry as the place where artifacts come from. */
public final class ArtifactSource {
  private final Channel registry;
  private final Duration timeout;

  /**
   * @param timeout longest time for one artifact
   */
  public ArtifactSource(Channel registry, Duration timeout) {
    this.registry = registry;
    this.timeout = timeout;
  }

  /** Takes an artifact's bytes. */
  interface Sink {
    void write(ByteString chunk) throws IOException, FetchFailure;
  }

  /** Streams an artifact; ends early when the current gRPC context is cancelled. */
  void fetch(String sha256, Sink sink) throws IOException, FetchFailure {
    try {
      Iterator<FetchArtifactResponse> chunks =
          ModelServiceGrpc.newBlockingStub(registry)
              .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
              .fetchArtifact(FetchArtifactRequest.newBuilder().setSha256(sha256).build());
      while (chunks.hasNext()) {
        sink.write(chunks.next().getChunk());
      }
    } catch (StatusRuntimeException e) {
      boolean worthRetryingSoon =
          switch (e.getStatus().getCode()) {
            case NOT_FOUND, INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED ->
                false;
            default -> true;
          };
      throw new FetchFailure(
          worthRetryingSoon,
          "registry: artifact %s: %s".formatted(sha256, e.getStatus().getCode()),
          e);
    }
  }
}
