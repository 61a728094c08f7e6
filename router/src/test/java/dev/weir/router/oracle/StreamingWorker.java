package dev.weir.router.oracle;

import com.google.protobuf.ByteString;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A worker that does with each message of a stream what its id asks, and answers with a digest of
 * what came.
 */
final class StreamingWorker implements AutoCloseable {
  private static final String ID = "worker-1";

  private final ScheduledExecutorService saying = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger open = new AtomicInteger();
  private final Server server;

  StreamingWorker() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .maxInboundMessageSize(16 << 20)
              .addService(new Inference())
              .addService(new ReadyWorker(saying, ID, "m", "other"))
              .build()
              .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Instance instance() {
    return new Instance(
        "model-worker", ID, new HostAndPort("127.0.0.1", server.getPort()), Map.of());
  }

  /** Streams that neither ended nor were cancelled. */
  int open() {
    return open.get();
  }

  @Override
  public void close() {
    saying.shutdownNow();
    server.shutdownNow();
  }

  private final class Inference extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> client) {
      var answers = (ServerCallStreamObserver<ModelStreamInferResponse>) client;
      open.incrementAndGet();
      answers.setOnCancelHandler(open::decrementAndGet);
      answers.setOnCloseHandler(open::decrementAndGet);
      return new Messages(answers);
    }
  }

  private static final class Messages implements StreamObserver<ModelInferRequest> {
    private final ServerCallStreamObserver<ModelStreamInferResponse> answers;
    private boolean failed;
    private int messages;

    Messages(ServerCallStreamObserver<ModelStreamInferResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(ModelInferRequest request) {
      if (messages++ == 0 && StreamScript.asksForGzip(request.getId())) {
        answers.setCompression("gzip");
      }
      switch (StreamScript.act(request.getId())) {
        case ANSWER -> answers.onNext(answer(request));
        case ANSWER_TWICE -> {
          answers.onNext(answer(request));
          answers.onNext(answer(request));
        }
        case NEVER -> {}
        case ERROR ->
            answers.onNext(
                ModelStreamInferResponse.newBuilder()
                    .setErrorMessage("größer als 8")
                    .setInferResponse(ModelInferResponse.newBuilder().setId(request.getId()))
                    .build());
        case FAIL -> {
          failed = true;
          answers.onError(Status.ABORTED.withDescription("größer als 8").asException());
        }
      }
    }

    /** A digest and the tensors, so that both directions carry as much. */
    private static ModelStreamInferResponse answer(ModelInferRequest request) {
      String came =
          request.getModelName()
              + "/"
              + request.getModelVersion()
              + " "
              + ScriptedWorker.digest(request.toByteArray());
      return ModelStreamInferResponse.newBuilder()
          .setInferResponse(
              ModelInferResponse.newBuilder()
                  .setModelName(request.getModelName())
                  .setModelVersion(request.getModelVersion())
                  .setId(request.getId())
                  .addRawOutputContents(ByteString.copyFrom(came, StandardCharsets.UTF_8))
                  .addAllRawOutputContents(request.getRawInputContentsList()))
          .build();
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      if (!failed) {
        answers.onCompleted();
      }
    }
  }
}
