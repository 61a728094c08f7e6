package dev.weir.platform.grpc;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ReloadingTls;
import io.grpc.BindableService;
import io.grpc.DecompressorRegistry;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gRPC server on its own port, with health and reflection. Calls run on virtual threads unless
 * told otherwise. Draining: health says NOT_SERVING, no new calls, those in flight finish within
 * the configured time, then the rest is cancelled. A service whose streams do not end by themselves
 * ends them before its server drains, else draining takes all of that time.
 */
public final class GrpcServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

  /** For clients that keep a health check open, and so their connection. */
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private final Server server;
  private final HealthStatusManager health;
  private final CallsInFlight calls;
  private final Duration drainTimeout;
  private final @Nullable ExecutorService owned;

  private GrpcServer(
      Server server,
      HealthStatusManager health,
      CallsInFlight calls,
      Duration drainTimeout,
      @Nullable ExecutorService owned) {
    this.server = server;
    this.health = health;
    this.calls = calls;
    this.drainTimeout = drainTimeout;
    this.owned = owned;
  }

  /** What a server serves. */
  public record Services(
      List<BindableService> services,
      List<ServerInterceptor> interceptors,
      @Nullable HandlerRegistry fallback,
      boolean directExecutor) {
    /** Services on virtual threads. */
    public static Services of(List<ServerInterceptor> interceptors, BindableService... services) {
      return new Services(List.of(services), interceptors, null, false);
    }
  }

  /**
   * Binds and starts, in plain text.
   *
   * @throws StartFailure when the address cannot be bound
   * @throws InvalidValueException when TLS is enabled: it is not for this listener
   */
  public static GrpcServer start(String name, GrpcListenConfig config, Services services) {
    return start(name, config, null, services);
  }

  /**
   * Binds and starts.
   *
   * @param tls of {@code config.tls()}; null: plain text
   * @throws InvalidValueException when TLS is enabled and not given
   * @throws StartFailure when the address cannot be bound
   */
  public static GrpcServer start(
      String name, GrpcListenConfig config, @Nullable ReloadingTls tls, Services services) {
    if (config.tls().enabled() && tls == null) {
      throw new InvalidValueException(
          "grpc.tls.enabled", true, "false: " + name + " is served in plain text only");
    }
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()));
    if (tls != null) {
      builder.sslContext(tls.context());
    }
    return start(name, config, services, builder, config.host() + ":" + config.port());
  }

  /**
   * Binds and starts on an address and event loops that the caller has: for a server behind another
   * one in the same process.
   *
   * @throws StartFailure when the address cannot be bound
   */
  public static GrpcServer startInside(
      String name,
      GrpcListenConfig config,
      Services services,
      SocketAddress address,
      EventLoopGroup loops,
      Class<? extends ServerChannel> channel) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelType(channel)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops);
    return start(name, config, services, builder, String.valueOf(address));
  }

  private static GrpcServer start(
      String name,
      GrpcListenConfig config,
      Services services,
      NettyServerBuilder builder,
      String where) {
    var health = new HealthStatusManager();
    var calls = new CallsInFlight();
    builder
        .decompressorRegistry(
            DecompressorRegistry.getDefaultInstance().with(new DeflateCodec(), true))
        .maxInboundMessageSize(config.maxMessageBytes())
        .maxInboundMetadataSize(config.maxMetadataBytes())
        .maxConcurrentCallsPerConnection(config.maxConcurrentCallsPerConnection())
        .permitKeepAliveTime(config.minKeepAlive().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .addStreamTracerFactory(calls)
        .initialFlowControlWindow(1 << 20);
    ExecutorService owned = null;
    if (services.directExecutor()) {
      builder.directExecutor();
    } else {
      owned = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 0).factory());
      builder.executor(owned);
    }
    services.services().forEach(builder::addService);
    services.interceptors().forEach(builder::intercept);
    if (services.fallback() != null) {
      builder.fallbackHandlerRegistry(services.fallback());
    }
    builder.addService(health.getHealthService());
    builder.addService(ProtoReflectionServiceV1.newInstance());
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      if (owned != null) {
        owned.close();
      }
      throw StartFailure.portTaken(name, where, e);
    }
    return new GrpcServer(server, health, calls, config.drainTimeout(), owned);
  }

  /** The port bound. */
  public int port() {
    return server.getPort();
  }

  /** Sets what gRPC health says of a service name; the empty name is the whole server. */
  public void setServing(String service, boolean serving) {
    health.setStatus(service, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Calls that have not been answered yet, without health checks and reflection. */
  public long callsInFlight() {
    return calls.count();
  }

  /** Health says NOT_SERVING from now on. */
  public void leave() {
    health.enterTerminalState();
  }

  /** Takes no new calls and waits for those in flight, at most the configured time. Idempotent. */
  public void drain() {
    health.enterTerminalState();
    server.shutdown();
    long endNanos = Clock.system().nanoTime() + drainTimeout.toNanos();
    try {
      if (calls.awaitNone(drainTimeout)) {
        // connections end by themselves now; a call that was on its way is still taken
        server.awaitTermination(FAREWELL.toNanos(), TimeUnit.NANOSECONDS);
      }
      if (!calls.awaitNone(Duration.ofNanos(endNanos - Clock.system().nanoTime()))) {
        LOG.atWarn()
            .addKeyValue("calls", calls.count())
            .addKeyValue("drain_timeout", drainTimeout)
            .log("calls are cut off, they did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (owned != null) {
      owned.shutdownNow();
    }
  }
}
