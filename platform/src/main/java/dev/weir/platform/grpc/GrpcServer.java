package dev.weir.platform.grpc;

import dev.weir.platform.lifecycle.StartFailure;
import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server on its own port, with health and reflection. Calls run on virtual threads unless
 * told otherwise. Draining: health says NOT_SERVING, no new calls, those in flight finish within
 * the configured time, then the rest is cancelled.
 */
public final class GrpcServer implements AutoCloseable {
  private final Server server;
  private final HealthStatusManager health;
  private final Duration drainTimeout;
  private final @Nullable ExecutorService owned;

  private GrpcServer(
      Server server,
      HealthStatusManager health,
      Duration drainTimeout,
      @Nullable ExecutorService owned) {
    this.server = server;
    this.health = health;
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
   * Binds and starts.
   *
   * @throws StartFailure when the address cannot be bound
   */
  public static GrpcServer start(String name, GrpcListenConfig config, Services services) {
    var health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()))
            .maxInboundMessageSize(config.maxMessageBytes())
            .maxInboundMetadataSize(config.maxMetadataBytes())
            .maxConcurrentCallsPerConnection(config.maxConcurrentCallsPerConnection())
            .permitKeepAliveTime(config.minKeepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
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
    } catch (IOException e) {
      if (owned != null) {
        owned.close();
      }
      throw StartFailure.portTaken(name, config.host() + ":" + config.port(), e);
    }
    return new GrpcServer(server, health, config.drainTimeout(), owned);
  }

  /** The port bound. */
  public int port() {
    return server.getPort();
  }

  /** Sets what gRPC health says of a service name; the empty name is the whole server. */
  public void setServing(String service, boolean serving) {
    health.setStatus(service, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Takes no new calls and waits for those in flight, at most the configured time. Idempotent. */
  public void drain() {
    health.enterTerminalState();
    server.shutdown();
    try {
      server.awaitTermination(drainTimeout.toNanos(), TimeUnit.NANOSECONDS);
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
