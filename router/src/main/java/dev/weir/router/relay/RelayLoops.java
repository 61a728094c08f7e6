package dev.weir.router.relay;

import dev.weir.platform.time.Clock;
import dev.weir.router.http2.Http2Counters;
import dev.weir.router.http2.Http2Limits;
import dev.weir.router.http2.Http2Loop;
import dev.weir.router.http2.ReadRoom;
import dev.weir.router.limit.ByteBudget;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The event loops of a router's data plane: epoll where there is one, else NIO. Thread-safe.
 * Connections that are accepted are dealt out to the loops in turn.
 */
public final class RelayLoops implements AutoCloseable {
  private static final int READ_BYTES = 64 << 10;
  private static final int READS_PER_TURN = 4;
  private static final int PAGE_BYTES = 8192;
  private static final int CHUNK_ORDER = 8;

  private final MultiThreadIoEventLoopGroup group;
  private final List<RelayLoop> loops;
  private final RelayConfig config;
  private final Http2Limits limits;
  private final Http2Counters counters = new Http2Counters();
  private final ByteBudget keepBudget;
  private final ByteBudget collectBudget;
  private final PooledByteBufAllocator allocator;
  private final boolean epoll = Epoll.isAvailable();

  /** Starts the threads. */
  public RelayLoops(RelayConfig config, Http2Limits limits, Clock clock) {
    this.config = config;
    this.limits = limits;
    this.keepBudget = new ByteBudget(config.keepBytes());
    this.collectBudget = new ByteBudget(config.collectBytes());
    int count = config.loops() == 0 ? Runtime.getRuntime().availableProcessors() : config.loops();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("relay", true), handlers);
    // chunks of 2 MiB: few connections must not cost what many do
    this.allocator =
        new PooledByteBufAllocator(true, 1, count, PAGE_BYTES, CHUNK_ORDER, 64, 32, true);
    List<RelayLoop> made = new ArrayList<>();
    for (EventExecutor each : group) {
      made.add(new RelayLoop(made.size(), Http2Loop.of((EventLoop) each, clock)));
    }
    this.loops = List.copyOf(made);
  }

  int size() {
    return loops.size();
  }

  RelayConfig config() {
    return config;
  }

  Http2Limits limits() {
    return limits;
  }

  /** What connections counted. */
  public Http2Counters counters() {
    return counters;
  }

  /** Bytes of requests that are kept for another try now. */
  public long keptBytes() {
    return keepBudget.held();
  }

  /** Requests that were not kept because the budget was used up. */
  public long notKept() {
    return keepBudget.refused();
  }

  /** Bytes of compressed requests that are collected or inflated and not sent yet. */
  public long collectedBytes() {
    return collectBudget.held();
  }

  /** Compressed requests that were refused because the budget was used up. */
  public long notCollected() {
    return collectBudget.refused();
  }

  ByteBudget keepBudget() {
    return keepBudget;
  }

  ByteBudget collectBudget() {
    return collectBudget;
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  /** The loops, for servers that share them. */
  public EventLoopGroup group() {
    return group;
  }

  RecvByteBufAllocator readRoom() {
    return new ReadRoom(READ_BYTES, READS_PER_TURN);
  }

  Class<? extends ServerChannel> serverChannel() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  Class<? extends Channel> channel() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  Class<? extends Channel> domainChannel() {
    return epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
  }

  boolean isEpoll() {
    return epoll;
  }

  /** For a server on a Unix domain socket. */
  public Class<? extends ServerChannel> domainServerChannel() {
    return epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
  }

  /** The loop that a channel is registered with. */
  RelayLoop of(Channel channel) {
    for (int i = 0; i < loops.size(); i++) {
      if (loops.get(i).http2().loop() == channel.eventLoop()) {
        return loops.get(i);
      }
    }
    throw new IllegalStateException("a channel of another event loop group");
  }

  /** Runs something on each loop, now or later. */
  void each(Consumer<RelayLoop> action) {
    for (RelayLoop loop : loops) {
      EventLoop thread = loop.http2().loop();
      if (thread.inEventLoop()) {
        action.accept(loop);
      } else if (!thread.isShuttingDown()) {
        thread.execute(() -> action.accept(loop));
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
  }
}
