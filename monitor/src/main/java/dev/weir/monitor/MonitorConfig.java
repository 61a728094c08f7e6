package dev.weir.monitor;

import dev.weir.monitor.alert.AlertConfig;
import dev.weir.monitor.dashboard.DashboardConfig;
import dev.weir.monitor.foreign.ForeignConfig;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.history.HistoryConfig;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.labelling.LabellingConfig;
import dev.weir.monitor.mirror.MirrorConfig;
import dev.weir.monitor.privacy.PrivacyConfig;
import dev.weir.monitor.replay.ReplayConfig;
import dev.weir.monitor.scale.KafkaConfig;
import dev.weir.monitor.watch.WatchConfig;
import dev.weir.monitor.why.WhyConfig;
import dev.weir.platform.config.Setting;
import dev.weir.platform.discovery.DiscoveryConfig;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.http.HttpListenConfig;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.tls.ClientTlsConfig;
import java.nio.file.Path;

/** Everything that can be set about a monitor. */
public record MonitorConfig(
    @Setting("Name of this monitor, unique among monitors.") String instance,
    @Setting("Folder for the evidence, the history and the last snapshot.") Path data,
    GrpcListenConfig grpc,
    HttpListenConfig http,
    @Setting("The registry's gRPC address, host:port.") String registry,
    TelemetryConfig telemetry,
    DiscoveryConfig discovery,
    @Setting("Encryption of connections to workers, registry and https collectors.")
        ClientTlsConfig tls,
    IntakeConfig intake,
    ForeignConfig foreign,
    MirrorConfig mirror,
    EvidenceConfig evidence,
    WatchConfig watch,
    AlertConfig alerts,
    WhyConfig why,
    LabellingConfig labelling,
    HistoryConfig history,
    ReplayConfig replay,
    KafkaConfig kafka,
    PrivacyConfig privacy,
    DashboardConfig dashboard) {
  public MonitorConfig {
    Check.notBlank("instance", instance);
    HostAndPort.parse("registry", registry);
  }

  /** OTLP and intake on 4317, dashboard on 8020, registry on 8010, all on loopback. */
  public static MonitorConfig defaults() {
    return new MonitorConfig(
        "monitor-1",
        Path.of("data", "monitor"),
        GrpcListenConfig.onLoopback(4317),
        HttpListenConfig.onLoopback(8020),
        "127.0.0.1:8010",
        TelemetryConfig.defaults(),
        DiscoveryConfig.defaults(),
        ClientTlsConfig.disabled(),
        IntakeConfig.defaults(),
        ForeignConfig.defaults(),
        MirrorConfig.defaults(),
        EvidenceConfig.defaults(),
        WatchConfig.defaults(),
        AlertConfig.defaults(),
        WhyConfig.defaults(),
        LabellingConfig.defaults(),
        HistoryConfig.defaults(),
        ReplayConfig.defaults(),
        KafkaConfig.defaults(),
        PrivacyConfig.defaults(),
        DashboardConfig.defaults());
  }
}
