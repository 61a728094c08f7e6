package dev.weir.platform.telemetry;

import dev.weir.platform.grpc.BytesMarshaller;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.tls.ReloadingTls;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Exports through channels like all others of the service: with its own certificate, and with new
 * files from when they are in force. The exporters' own sender reads certificates once.
 */
final class OtlpOverTls implements ComponentLoader {
  private final ReloadingTls tls;

  OtlpOverTls(ReloadingTls tls) {
    this.tls = tls;
  }

  @Override
  public <T> Iterable<T> load(Class<T> component) {
    GrpcSenderProvider provider = Sender::new;
    return component.isInstance(provider) ? List.of(component.cast(provider)) : List.of();
  }

  private final class Sender implements GrpcSender {
    private final GrpcChannel channel;
    private final MethodDescriptor<byte[], byte[]> method;
    private final Duration timeout;

    Sender(GrpcSenderConfig config) {
      var address = new HostAndPort(config.getEndpoint().getHost(), config.getEndpoint().getPort());
      this.channel = GrpcChannel.to(address, tls, List.of());
      this.timeout = config.getTimeout();
      this.method =
          MethodDescriptor.<byte[], byte[]>newBuilder()
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(config.getFullMethodName())
              .setRequestMarshaller(BytesMarshaller.INSTANCE)
              .setResponseMarshaller(BytesMarshaller.INSTANCE)
              .build();
    }

    @Override
    public void send(
        MessageWriter message, Consumer<GrpcResponse> answered, Consumer<Throwable> failed) {
      var bytes = new ByteArrayOutputStream(message.getContentLength());
      try {
        message.writeMessage(bytes);
      } catch (IOException e) {
        failed.accept(e);
        return;
      }
      CallOptions options =
          CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
      ClientCalls.asyncUnaryCall(
          channel.channel().newCall(method, options), bytes.toByteArray(), new Once(answered));
    }

    @Override
    public CompletableResultCode shutdown() {
      try {
        channel.close();
        return CompletableResultCode.ofSuccess();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return CompletableResultCode.ofFailure();
      }
    }
  }

  /** Turns what gRPC says into what the exporter counts. */
  private static final class Once implements StreamObserver<byte[]> {
    private final Consumer<GrpcResponse> answered;

    Once(Consumer<GrpcResponse> answered) {
      this.answered = answered;
    }

    @Override
    public void onNext(byte[] message) {
      answered.accept(new Response(Status.OK, message));
    }

    @Override
    public void onError(Throwable error) {
      answered.accept(new Response(Status.fromThrowable(error), new byte[0]));
    }

    @Override
    public void onCompleted() {}
  }

  private record Response(Status status, byte[] message) implements GrpcResponse {
    @Override
    public GrpcStatusCode getStatusCode() {
      return GrpcStatusCode.fromValue(status.getCode().value());
    }

    @Override
    public String getStatusDescription() {
      String description = status.getDescription();
      return description == null ? "" : description;
    }

    @Override
    public byte[] getResponseMessage() {
      return message;
    }
  }
}
