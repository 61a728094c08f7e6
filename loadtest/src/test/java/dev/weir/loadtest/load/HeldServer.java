package dev.weir.loadtest.load;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An inference server on loopback that keeps each call until the test ends it, or answers at once
 * when told so. It has one model, "affine", with one input "x" FP32 [-1, 3].
 */
public final class HeldServer implements AutoCloseable {
  /** A call that the server keeps. */
  public record Held(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
    /** Answers it. */
    public void succeed() {
      answer.onNext(ModelInferResponse.newBuilder().setModelName("affine").build());
      answer.onCompleted();
    }

    /** Ends it with an error. */
    public void fail(Status status) {
      answer.onError(status.asRuntimeException());
    }
  }

  private final BlockingQueue<Held> calls = new LinkedBlockingQueue<>();
  private final List<Metadata> requestHeaders = new CopyOnWriteArrayList<>();
  private final GrpcServer server;
  private volatile boolean answersAtOnce;

  /** Starts; calls say in their metadata that variant "canary" answered in the second try. */
  public HeldServer() {
    var headers = new Metadata();
    headers.put(MeshMetadata.VARIANT, "canary");
    headers.put(MeshMetadata.SERVED_VERSION, "affine/2");
    headers.put(MeshMetadata.ATTEMPTS, "2");
    ServerInterceptor attach = MetadataUtils.newAttachMetadataServerInterceptor(headers);
    server =
        GrpcServer.start(
            "held",
            GrpcListenConfig.onLoopback(0),
            GrpcServer.Services.of(List.of(attach, new Recorder()), new Service()));
  }

  /** From now on calls are answered at once. */
  public void answerAtOnce() {
    answersAtOnce = true;
  }

  /** Where it listens. */
  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", server.port());
  }

  /** The next call kept; waits for it. */
  public Held next() throws InterruptedException {
    Held held = calls.poll(20, TimeUnit.SECONDS);
    if (held == null) {
      throw new AssertionError("no call came within 20 s");
    }
    return held;
  }

  /** Calls kept and not yet taken by {@link #next}. */
  public int waiting() {
    return calls.size();
  }

  /** Metadata of all calls so far. */
  public List<Metadata> requestHeaders() {
    return requestHeaders;
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Recorder implements ServerInterceptor {
    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
        ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
      requestHeaders.add(headers);
      return next.startCall(call, headers);
    }
  }

  private final class Service extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(
        ModelInferRequest request, StreamObserver<ModelInferResponse> responses) {
      var held = new Held(request, responses);
      if (answersAtOnce) {
        held.succeed();
      } else {
        calls.add(held);
      }
    }

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> responses) {
      if (!request.getName().equals("affine")) {
        responses.onError(
            Status.NOT_FOUND.withDescription("model " + request.getName()).asRuntimeException());
        return;
      }
      responses.onNext(
          ModelMetadataResponse.newBuilder()
              .setName("affine")
              .addInputs(
                  ModelMetadataResponse.TensorMetadata.newBuilder()
                      .setName("x")
                      .setDatatype("FP32")
                      .addShape(-1)
                      .addShape(3))
              .build());
      responses.onCompleted();
    }
  }
}
