package dev.weir.router.dataplane;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.router.balance.Upstream;
import dev.weir.router.balance.Worker;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/**
 * The connection to one worker. Its callbacks run on the event loops that the server's connections
 * use too: grpc-java shares one group among all that do not bring their own.
 */
public final class GrpcUpstream implements Upstream {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int MAX_METADATA_BYTES = 64 << 10;

  private final ManagedChannel channel;

  private GrpcUpstream(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens lazily: nothing is connected until the worker was heard of.
   *
   * @param maxMessageBytes largest answer taken
   */
  public static GrpcUpstream to(HostAndPort address, int maxMessageBytes) {
    return new GrpcUpstream(
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .usePlaintext()
            .directExecutor()
            .disableRetry()
            .disableServiceConfigLookUp()
            .maxInboundMessageSize(maxMessageBytes)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .flowControlWindow(WINDOW_BYTES)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(3, TimeUnit.SECONDS)
            .build());
  }

  /** The upstream of a worker of this data plane. */
  public static Channel channelOf(Worker worker) {
    return ((GrpcUpstream) worker.upstream()).channel;
  }

  @Override
  public void wakeUp() {
    channel.resetConnectBackoff();
    channel.getState(true);
  }

  @Override
  public void close() {
    channel.shutdown();
  }
}
