package dev.weir.router;

import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.DiscoveryConfig;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.http.HttpListenConfig;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.ServerTlsConfig;
import dev.weir.platform.tls.ServiceTls;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.router.balance.BalanceConfig;
import dev.weir.router.balance.EjectionConfig;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.control.WatchConfig;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.exchange.RetryConfig;
import dev.weir.router.identity.IdentityConfig;
import dev.weir.router.limit.LimitConfig;
import dev.weir.router.mirror.MirrorConfig;
import dev.weir.router.outcome.ExposureConfig;
import dev.weir.router.outcome.OutcomeConfig;
import dev.weir.router.relay.RelayConfig;
import dev.weir.router.relay.RelayLoops;
import dev.weir.router.relay.RelayServer;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A whole router on loopback, built by its own composition root. */
public final class RunningRouter implements AutoCloseable {
  static final int MAX_MESSAGE_BYTES = 2 << 20;

  final Resources resources = new Resources();
  final ManagedChannel channel;
  final WorkerSet workers;

  final RouterMain.Listening listening;

  /**
   * How all prove who they are.
   *
   * @param listener the router to clients
   * @param identity what the router asks of clients
   * @param client a client to the router
   * @param tls the router to workers
   * @param worker workers to the router
   */
  record Security(
      ServerTlsConfig listener,
      IdentityConfig identity,
      ChannelCredentials client,
      ClientTlsConfig tls,
      ServerCredentials worker) {
    static Security none() {
      return new Security(
          ServerTlsConfig.disabled(),
          IdentityConfig.defaults(),
          InsecureChannelCredentials.create(),
          ClientTlsConfig.disabled(),
          InsecureServerCredentials.create());
    }
  }

  public RunningRouter(Path data, HostAndPort registry, HostAndPort monitor, Discovery discovery) {
    this(data, registry, monitor, discovery, Security.none(), RelayConfig.defaults());
  }

  RunningRouter(
      Path data,
      HostAndPort registry,
      HostAndPort monitor,
      Discovery discovery,
      Security security,
      RelayConfig relay) {
    Clock clock = Clock.system();
    Scheduler scheduler = resources.add("scheduler", Scheduler.system("router-test"));
    GrpcChannel registryChannel = resources.add("registry", GrpcChannel.to(registry, List.of()));
    var config =
        new RouterConfig(
            "router-1",
            data,
            registry.toString(),
            monitor.toString(),
            "triton",
            new GrpcListenConfig(
                "127.0.0.1",
                0,
                MAX_MESSAGE_BYTES,
                16 << 10,
                1_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                security.listener()),
            HttpListenConfig.onLoopback(0),
            // traces are made only when there is somewhere to send them
            new TelemetryConfig(List.of("http://" + monitor), 1.0, Duration.ofSeconds(5), 100),
            DiscoveryConfig.defaults(),
            new WatchConfig(Duration.ofSeconds(30), Duration.ofMillis(50)),
            RetryConfig.defaults(),
            LimitConfig.defaults(),
            BalanceConfig.defaults(),
            EjectionConfig.defaults(),
            new OutcomeConfig(Duration.ofMillis(20), Duration.ofSeconds(5), 1_000, 10_000),
            ExposureConfig.defaults(),
            MirrorConfig.defaults(),
            security.identity(),
            dev.weir.router.identity.HeadersConfig.defaults(),
            relay,
            dev.weir.router.http2.Http2Limits.defaults(),
            security.tls());
    ReloadingTls tls = ServiceTls.ofChannels(security.tls(), clock, scheduler, resources);
    RouterMain.Listening listening =
        RouterMain.start(config, resources, registryChannel, tls, discovery, clock, scheduler);
    workers = listening.workers();
    this.listening = listening;
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", listening.grpcPort(), security.client())
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  /** Where it listens for calls. */
  public int grpcPort() {
    return listening.grpcPort();
  }

  /** Opens exchanges, for whatever else carries calls. */
  public Exchanges exchanges() {
    return listening.exchanges();
  }

  /** The relay's event loops. */
  public RelayLoops loops() {
    return listening.loops();
  }

  /** The relay. */
  public RelayServer relay() {
    return listening.relay();
  }

  /** What it says at /metrics. */
  String metrics() {
    URI at = URI.create("http://127.0.0.1:" + listening.httpPort() + "/metrics");
    try (InputStream body = at.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  GRPCInferenceServiceBlockingStub client() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  static ModelInferRequest request(String model) {
    return ModelInferRequest.newBuilder().setModelName(model).setId("id-1").build();
  }

  /** Waits until gRPC health says SERVING for the model. */
  public RunningRouter awaitServing(String model) {
    return awaitHealth(model, ServingStatus.SERVING);
  }

  /** Waits until the router believes that so many workers are ready. */
  public void awaitReadyWorkers(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() ->
            workers.workers().stream().filter(w -> w.health() instanceof WorkerHealth.Ready).count()
                == count);
  }

  /** Waits until {@code /metrics} shows at least this value. */
  void awaitMetric(String name, String label, long atLeast) {
    var pattern =
        Pattern.compile(
            "^" + name + "\\{[^}]*" + Pattern.quote(label) + "[^}]*} ([0-9.]+)", Pattern.MULTILINE);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          Matcher found = pattern.matcher(metrics());
          return found.find() && Double.parseDouble(found.group(1)) >= atLeast;
        });
  }

  RunningRouter awaitHealth(String model, ServingStatus wanted) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> health(model) == wanted);
    return this;
  }

  ServingStatus health(String model) {
    try {
      return HealthGrpc.newBlockingStub(channel)
          .check(HealthCheckRequest.newBuilder().setService(model).build())
          .getStatus();
    } catch (StatusRuntimeException e) {
      return ServingStatus.SERVICE_UNKNOWN;
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    resources.close();
  }
}
