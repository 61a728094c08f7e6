package dev.weir.router;

import dev.weir.platform.config.Setting;
import dev.weir.platform.discovery.DiscoveryConfig;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.http.HttpListenConfig;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.router.balance.BalanceConfig;
import dev.weir.router.balance.EjectionConfig;
import dev.weir.router.control.WatchConfig;
import dev.weir.router.exchange.RetryConfig;
import dev.weir.router.http2.Http2Limits;
import dev.weir.router.identity.HeadersConfig;
import dev.weir.router.identity.IdentityConfig;
import dev.weir.router.limit.LimitConfig;
import dev.weir.router.mirror.MirrorConfig;
import dev.weir.router.outcome.ExposureConfig;
import dev.weir.router.outcome.OutcomeConfig;
import dev.weir.router.relay.RelayConfig;
import java.nio.file.Path;

/** Everything that can be set of a router. */
public record RouterConfig(
    @Setting("Name of this router, unique among routers, 1 to 128 characters.") String instance,
    @Setting("Folder for the last snapshot and the last known workers.") Path data,
    @Setting("The registry's gRPC address, host:port.") String registry,
    @Setting("The monitor's gRPC address, host:port.") String monitor,
    @Setting("Server name in ServerMetadata; stock Triton clients check for \"triton\".")
        String serverName,
    @Setting("Where inference is served.") GrpcListenConfig grpc,
    @Setting("Where health and metrics are served.") HttpListenConfig http,
    @Setting("Traces and metrics.") TelemetryConfig telemetry,
    @Setting("How workers are found.") DiscoveryConfig discovery,
    @Setting("How workers are watched.") WatchConfig watch,
    @Setting("For routes that do not say otherwise.") RetryConfig retry,
    @Setting("Bounds of routes and clients.") LimitConfig limits,
    @Setting("How workers are chosen.") BalanceConfig balance,
    @Setting("Outlier ejection.") EjectionConfig ejection,
    @Setting("Outcome counts.") OutcomeConfig outcome,
    @Setting("Exposures of experiments.") ExposureConfig exposure,
    @Setting("Copies for shadow versions.") MirrorConfig mirror,
    @Setting("How callers prove who they are.") IdentityConfig identity,
    @Setting("Request headers.") HeadersConfig headers,
    @Setting("How calls are relayed.") RelayConfig relay,
    @Setting("Limits of HTTP/2 connections.") Http2Limits http2,
    @Setting("Encryption of connections to workers, registry, monitor and https collectors.")
        ClientTlsConfig tls) {
  public RouterConfig {
    Check.notBlank("instance", instance);
    Check.inRange("instance", instance.length(), 1, 128);
    HostAndPort.parse("registry", registry);
    HostAndPort.parse("monitor", monitor);
  }

  /** One router on loopback. */
  public static RouterConfig defaults() {
    return new RouterConfig(
        "router-1",
        Path.of("data", "router"),
        "127.0.0.1:8010",
        "127.0.0.1:4317",
        "triton",
        GrpcListenConfig.onLoopback(8001),
        HttpListenConfig.onLoopback(8002),
        TelemetryConfig.defaults(),
        DiscoveryConfig.defaults(),
        WatchConfig.defaults(),
        RetryConfig.defaults(),
        LimitConfig.defaults(),
        BalanceConfig.defaults(),
        EjectionConfig.defaults(),
        OutcomeConfig.defaults(),
        ExposureConfig.defaults(),
        MirrorConfig.defaults(),
        IdentityConfig.defaults(),
        HeadersConfig.defaults(),
        RelayConfig.defaults(),
        Http2Limits.defaults(),
        ClientTlsConfig.disabled());
  }
}
