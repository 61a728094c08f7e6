package dev.weir.local.conformance;

import com.google.protobuf.ByteString;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What grpc's interop test service does, in the words of the inference protocol. The request's
 * parameters say how it is answered: {@code size} bytes, {@code code} and {@code message} of a
 * status, {@code sleep}: not at all.
 */
final class InteropServer extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase
    implements AutoCloseable {
  static final Metadata.Key<String> ECHO_INITIAL =
      Metadata.Key.of("x-grpc-test-echo-initial", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> ECHO_TRAILING =
      Metadata.Key.of("x-grpc-test-echo-trailing-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** One permit for each call that was cancelled here. */
  final Semaphore cancelled = new Semaphore(0);

  /** Counted down when a sleeping call has come. */
  final CountDownLatch asleep = new CountDownLatch(1);

  private final Server server;

  InteropServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .maxInboundMessageSize(64 << 20)
            .intercept(new EchoMetadata())
            .addService(this)
            .build()
            .start();
  }

  HostAndPort address() {
    return new HostAndPort("127.0.0.1", server.getPort());
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
    Context.current().addListener(context -> cancelled.release(), Runnable::run);
    var call = (ServerCallStreamObserver<ModelInferResponse>) answer;
    if (request.containsParameters("sleep")) {
      call.setOnCancelHandler(() -> {});
      asleep.countDown();
      return;
    }
    if (request.containsParameters("code")) {
      answer.onError(
          Status.fromCodeValue((int) request.getParametersOrThrow("code").getInt64Param())
              .withDescription(request.getParametersOrThrow("message").getStringParam())
              .asRuntimeException());
      return;
    }
    if (request.containsParameters("compressed")) {
      call.setCompression("gzip");
      call.setMessageCompression(request.getParametersOrThrow("compressed").getBoolParam());
    }
    answer.onNext(answerTo(request));
    answer.onCompleted();
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> answers) {
    ((ServerCallStreamObserver<ModelStreamInferResponse>) answers)
        .setOnCancelHandler(cancelled::release);
    return new StreamObserver<>() {
      @Override
      public void onNext(ModelInferRequest request) {
        answers.onNext(
            ModelStreamInferResponse.newBuilder().setInferResponse(answerTo(request)).build());
      }

      @Override
      public void onError(Throwable gone) {
        // the cancel handler has counted it
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private static ModelInferResponse answerTo(ModelInferRequest request) {
    ModelInferResponse.Builder answer =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(request.getModelVersion())
            .setId(request.getId())
            .putParameters(
                "received",
                InferParameter.newBuilder()
                    .setInt64Param(
                        request.getRawInputContentsList().stream()
                            .mapToLong(ByteString::size)
                            .sum())
                    .build());
    if (request.containsParameters("size")) {
      answer.addRawOutputContents(
          ByteString.copyFrom(
              new byte[(int) request.getParametersOrThrow("size").getInt64Param()]));
    }
    return answer.build();
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(5, TimeUnit.SECONDS);
  }

  private static final class EchoMetadata implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String initial = headers.get(ECHO_INITIAL);
      byte[] trailing = headers.get(ECHO_TRAILING);
      var echoing =
          new ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
            @Override
            public void sendHeaders(Metadata answer) {
              if (initial != null) {
                answer.put(ECHO_INITIAL, initial);
              }
              super.sendHeaders(answer);
            }

            @Override
            public void close(Status status, Metadata trailers) {
              if (trailing != null) {
                trailers.put(ECHO_TRAILING, trailing);
              }
              super.close(status, trailers);
            }
          };
      return Contexts.interceptCall(Context.current(), echoing, headers, next);
    }
  }
}
