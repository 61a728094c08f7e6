package dev.weir.local.cli;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ProgramTls;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.PushVersionRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A registry's doors for programs on the operator's side. Thread-safe. */
public final class RegistryClient implements AutoCloseable {
  /** Largest chunk that the protocol allows, bytes. */
  private static final int CHUNK_BYTES = 1 << 20;

  private static final int DEADLINE_SECONDS = 10;
  private static final int PUSH_DEADLINE_SECONDS = 300;

  private final ProgramTls tls;
  private final GrpcChannel channel;

  /** In plain text. */
  public RegistryClient(HostAndPort registry, String actor) {
    this(registry, ClientTlsConfig.disabled(), actor);
  }

  /**
   * @param tls how connections are encrypted
   * @param actor who acts, for the audit log
   */
  public RegistryClient(HostAndPort registry, ClientTlsConfig tls, String actor) {
    var metadata = new Metadata();
    metadata.put(Metadata.Key.of("weir-actor", Metadata.ASCII_STRING_MARSHALLER), actor);
    ClientInterceptor named = MetadataUtils.newAttachHeadersInterceptor(metadata);
    this.tls = new ProgramTls(tls);
    this.channel = GrpcChannel.to(registry, this.tls.tls(), List.of(named));
  }

  /** Routes and rollouts, with a deadline of 10 s. */
  public RolloutServiceGrpc.RolloutServiceBlockingStub rollouts() {
    return RolloutServiceGrpc.newBlockingStub(channel.channel())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Models, with a deadline of 10 s. */
  public ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel.channel())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** The newest snapshot. */
  public Snapshot snapshot() {
    Context.CancellableContext call = Context.current().withCancellation();
    Context previous = call.attach();
    try {
      var responses =
          SnapshotServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .watch(WatchRequest.newBuilder().setWatcher("weir status").build());
      while (responses.hasNext()) {
        var response = responses.next();
        if (response.hasSnapshot()) {
          return response.getSnapshot();
        }
      }
      throw Status.UNAVAILABLE.withDescription("no snapshot").asRuntimeException();
    } finally {
      call.detach(previous);
      call.cancel(null);
    }
  }

  /** Pushes a version. */
  public PushVersionResponse push(ModelVersion card, Path artifact) throws IOException {
    if (!Files.isReadable(artifact)) {
      throw new InvalidValueException("artifact", artifact, "a file that can be read");
    }
    var done = new CompletableFuture<PushVersionResponse>();
    StreamObserver<PushVersionRequest> request =
        ModelServiceGrpc.newStub(channel.channel())
            .withDeadlineAfter(PUSH_DEADLINE_SECONDS, TimeUnit.SECONDS)
            .pushVersion(
                new StreamObserver<>() {
                  @Override
                  public void onNext(PushVersionResponse response) {
                    done.complete(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    done.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    done.completeExceptionally(
                        Status.INTERNAL.withDescription("no answer").asRuntimeException());
                  }
                });
    request.onNext(PushVersionRequest.newBuilder().setHeader(card).build());
    try (InputStream in = Files.newInputStream(artifact)) {
      byte[] chunk = in.readNBytes(CHUNK_BYTES);
      while (chunk.length > 0 && !done.isDone()) {
        request.onNext(
            PushVersionRequest.newBuilder().setChunk(ByteString.copyFrom(chunk)).build());
        chunk = in.readNBytes(CHUNK_BYTES);
      }
    }
    request.onCompleted();
    try {
      return done.get(PUSH_DEADLINE_SECONDS + 5, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asRuntimeException();
    } catch (TimeoutException e) {
      throw Status.DEADLINE_EXCEEDED.withDescription("pushing " + artifact).asRuntimeException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withDescription("interrupted").asRuntimeException();
    }
  }

  /** Reads a model card: a {@code weir.registry.v1.ModelVersion} in JSON. */
  public static ModelVersion readCard(Path file) {
    var card = ModelVersion.newBuilder();
    JsonFile.read("card", file, "a model version", card);
    return card.build();
  }

  @Override
  public void close() throws InterruptedException {
    channel.close();
    tls.close();
  }
}
