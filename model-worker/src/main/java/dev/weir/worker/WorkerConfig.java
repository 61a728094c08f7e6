package dev.weir.worker;

import dev.weir.platform.config.Setting;
import dev.weir.platform.discovery.DiscoveryConfig;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.http.HttpListenConfig;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.worker.admission.AdmissionConfig;
import dev.weir.worker.engine.onnx.OnnxConfig;
import dev.weir.worker.engine.triton.TritonConfig;
import dev.weir.worker.placement.PlacementConfig;
import dev.weir.worker.sampling.SamplingConfig;
import java.nio.file.Path;
import java.time.Duration;

/** Everything that can be set of a model-worker. */
public record WorkerConfig(
    @Setting("Name of this worker, unique among workers, 1 to 100 characters.") String instance,
    @Setting("Folder for artifacts and the last snapshot.") Path data,
    @Setting("The registry's gRPC address, host:port.") String registry,
    @Setting("The monitor's gRPC address, host:port.") String monitor,
    @Setting("Host name or address by which routers reach this worker; empty: grpc.host.")
        String advertiseHost,
    @Setting("onnxruntime (in this process) or triton.") EngineKind engine,
    @Setting("ONNX Runtime.") OnnxConfig onnx,
    @Setting("Triton.") TritonConfig triton,
    @Setting("Where inference is served.") GrpcListenConfig grpc,
    @Setting("Where health and metrics are served.") HttpListenConfig http,
    @Setting("Traces and metrics.") TelemetryConfig telemetry,
    @Setting("How routers find this worker.") DiscoveryConfig discovery,
    @Setting("Encryption of connections to registry, monitor and https collectors.")
        ClientTlsConfig tls,
    @Setting("Requests at a time.") AdmissionConfig admission,
    @Setting("Loading and unloading versions.") PlacementConfig placement,
    @Setting("Predictions kept for the monitor.") SamplingConfig sampling,
    @Setting("Routers that may watch this worker's status, 1 to 10000.") int maxWatchers,
    @Setting(
            "Time after the announcement of the end during which new requests are still served, 0s to 1m: routers hear of it meanwhile.")
        Duration drainGrace) {
  public WorkerConfig {
    Check.notBlank("instance", instance);
    Check.inRange("instance", instance.length(), 1, 100);
    HostAndPort.parse("registry", registry);
    HostAndPort.parse("monitor", monitor);
    Check.inRange("maxWatchers", maxWatchers, 1, 10_000);
    Check.inRange("drainGrace", drainGrace, Duration.ZERO, Duration.ofMinutes(1));
  }

  /** One worker on loopback, computing by itself. */
  public static WorkerConfig defaults() {
    return new WorkerConfig(
        "worker-1",
        Path.of("data", "model-worker"),
        "127.0.0.1:8010",
        "127.0.0.1:4317",
        "",
        EngineKind.ONNXRUNTIME,
        OnnxConfig.defaults(),
        TritonConfig.defaults(),
        GrpcListenConfig.onLoopback(8030),
        HttpListenConfig.onLoopback(8031),
        TelemetryConfig.defaults(),
        DiscoveryConfig.defaults(),
        ClientTlsConfig.disabled(),
        AdmissionConfig.defaults(),
        PlacementConfig.defaults(),
        SamplingConfig.defaults(),
        256,
        Duration.ofMillis(500));
  }

  /** Host by which routers reach this worker. */
  String reachableHost() {
    return advertiseHost.isBlank() ? grpc.host() : advertiseHost;
  }
}
