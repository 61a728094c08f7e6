package dev.weir.loadtest.load;

import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ProgramTls;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends unary inference requests over a few connections without waiting for the answers.
 * Thread-safe.
 */
public final class InferenceClient implements AutoCloseable {
  private final List<GrpcChannel> channels = new ArrayList<>();
  private final ProgramTls tls;
  private final Metadata headers;
  private final Duration deadline;

  /** Told once about each request, on the transport's thread: must not block. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The call ended.
     *
     * @param responseHeaders initial metadata, or the trailers when there was none
     */
    void ended(Status status, @Nullable ModelInferResponse response, Metadata responseHeaders);
  }

  /** In plain text. */
  public InferenceClient(
      HostAndPort target,
      int connections,
      Metadata headers,
      Duration deadline,
      List<ClientInterceptor> interceptors) {
    this(target, ClientTlsConfig.disabled(), connections, headers, deadline, interceptors);
  }

  /**
   * @param tls how connections are encrypted
   * @param connections connections to spread requests over, in turn, 1 to 1,000
   * @param headers sent with each request
   * @param deadline of each request
   */
  public InferenceClient(
      HostAndPort target,
      ClientTlsConfig tls,
      int connections,
      Metadata headers,
      Duration deadline,
      List<ClientInterceptor> interceptors) {
    Check.inRange("connections", connections, 1, 1_000);
    this.tls = new ProgramTls(tls);
    for (int i = 0; i < connections; i++) {
      channels.add(GrpcChannel.to(target, this.tls.tls(), interceptors));
    }
    this.headers = headers;
    this.deadline = deadline;
  }

  /** Starts a call. */
  public void send(long index, ModelInferRequest request, Listener listener) {
    ClientCall<ModelInferRequest, ModelInferResponse> call =
        channels
            .get((int) (index % channels.size()))
            .channel()
            .newCall(
                GRPCInferenceServiceGrpc.getModelInferMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS));
    var metadata = new Metadata();
    metadata.merge(headers);
    call.start(new CallListener(listener), metadata);
    call.sendMessage(request);
    call.halfClose();
    call.request(1);
  }

  private static final class CallListener extends ClientCall.Listener<ModelInferResponse> {
    private final Listener listener;
    private Metadata responseHeaders = new Metadata();
    private @Nullable ModelInferResponse response;

    CallListener(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void onHeaders(Metadata received) {
      responseHeaders = received;
    }

    @Override
    public void onMessage(ModelInferResponse message) {
      response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      boolean named = responseHeaders.containsKey(MeshMetadata.SERVED_VERSION);
      listener.ended(status, response, named ? responseHeaders : trailers);
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (GrpcChannel channel : channels) {
      channel.close();
    }
    tls.close();
  }
}
