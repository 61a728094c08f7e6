package dev.weir.platform.grpc;

import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ReloadingTls;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 channel to one address, with keep-alive, so that a dead peer is noticed within seconds.
 * While the peer is away, each call tries to reach it again, at most once a second.
 */
public final class GrpcChannel implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final ManagedChannel channel;
  private final Channel intercepted;

  private GrpcChannel(ManagedChannel channel, Channel intercepted) {
    this.channel = channel;
    this.intercepted = intercepted;
  }

  /** In plain text. Opens lazily: nothing is connected until the first call. */
  public static GrpcChannel to(HostAndPort address, List<ClientInterceptor> interceptors) {
    return to(address, null, interceptors);
  }

  /**
   * Opens lazily: nothing is connected until the first call.
   *
   * @param tls how it is encrypted; null: plain text
   */
  public static GrpcChannel to(
      HostAndPort address, @Nullable ReloadingTls tls, List<ClientInterceptor> interceptors) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress(address.host(), address.port());
    if (tls == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(tls.context());
    }
    ManagedChannel channel =
        builder
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(3, TimeUnit.SECONDS)
            .flowControlWindow(1 << 20)
            .disableRetry()
            .build();
    var reconnecting =
        new Reconnecting(
            () -> channel.getState(false), channel::resetConnectBackoff, Clock.system());
    Channel intercepted =
        tls == null
            ? ClientInterceptors.intercept(channel, reconnecting)
            : ClientInterceptors.intercept(
                channel, reconnecting, new TlsFailuresSeen(address, tls));
    return new GrpcChannel(channel, ClientInterceptors.intercept(intercepted, interceptors));
  }

  /** The channel, for stubs. */
  public Channel channel() {
    return intercepted;
  }

  /** Connects now instead of waiting out the back-off of earlier failures. */
  public void resetBackoff() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(2, TimeUnit.SECONDS);
  }
}
