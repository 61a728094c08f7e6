package dev.weir.router.relay;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.tls.ReloadingTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the links to workers. Thread-safe. */
public final class WorkerLinks {
  static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 << 10, 512 << 10);

  private static final int MAX_METADATA_BYTES = 64 << 10;

  private final RelayLoops loops;
  private final int maxMessageBytes;
  private final @Nullable ReloadingTls tls;

  /**
   * @param maxMessageBytes largest answer taken by calls that are not inference
   * @param tls null: plain text
   */
  public WorkerLinks(RelayLoops loops, int maxMessageBytes, @Nullable ReloadingTls tls) {
    this.loops = loops;
    this.maxMessageBytes = maxMessageBytes;
    this.tls = tls;
  }

  /** A link to an address; nothing is connected until the worker was heard of. */
  public WorkerLink to(HostAndPort address) {
    return new WorkerLink(loops, address, new Target(address), channel(address));
  }

  private ManagedChannel channel(HostAndPort address) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .channelType(loops.channel())
            .eventLoopGroup(loops.group())
            .directExecutor()
            .disableRetry()
            .disableServiceConfigLookUp()
            .maxInboundMessageSize(maxMessageBytes)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(3, TimeUnit.SECONDS);
    if (tls == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(tls.context());
    }
    return builder.build();
  }

  private final class Target implements LoopLink.Target {
    private final HostAndPort address;

    Target(HostAndPort address) {
      this.address = address;
    }

    @Override
    public Bootstrap bootstrap(RelayLoop loop) {
      return new Bootstrap()
          .group(loop.http2().loop())
          .channel(loops.channel())
          .option(ChannelOption.ALLOCATOR, loops.allocator())
          .option(ChannelOption.RECVBUF_ALLOCATOR, loops.readRoom())
          .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(
              ChannelOption.CONNECT_TIMEOUT_MILLIS,
              (int) loops.config().connectTimeout().toMillis())
          .remoteAddress(new InetSocketAddress(address.host(), address.port()));
    }

    @Override
    public void secure(Channel channel, Consumer<String> onFailure) {
      if (tls != null) {
        Http2OverTls.add(
            channel,
            tls,
            tls.context().newHandler(channel.alloc(), address.host(), address.port()),
            loops.limits().frameTimeout(),
            onFailure);
      }
    }

    @Override
    public int maxMetadataBytes() {
      return MAX_METADATA_BYTES;
    }
  }
}
