package dev.weir.platform.telemetry;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;
import java.util.List;

/** Where traces and metrics go, and how many. */
public record TelemetryConfig(
    @Setting(
            "OTLP/gRPC endpoints that get traces and metrics, http://host:port, or https://host:port with tls.*; none: nothing is sent.")
        List<String> otlpEndpoints,
    @Setting("Share of new traces that are sampled, 0 to 1; a caller's decision is kept.")
        double traceSampleRatio,
    @Setting("Time between exports of metrics, 100ms to 10m.") Duration metricsInterval,
    @Setting("Finished spans that may wait for export, 1 to 1000000; more are dropped and counted.")
        int maxQueuedSpans) {
  public TelemetryConfig {
    otlpEndpoints = List.copyOf(otlpEndpoints);
    Check.inRange("traceSampleRatio", traceSampleRatio, 0.0, 1.0);
    Check.inRange(
        "metricsInterval", metricsInterval, Duration.ofMillis(100), Duration.ofMinutes(10));
    Check.inRange("maxQueuedSpans", maxQueuedSpans, 1, 1_000_000);
  }

  /** Nothing sent; 1 % sampled. */
  public static TelemetryConfig defaults() {
    return new TelemetryConfig(List.of(), 0.01, Duration.ofSeconds(5), 4_096);
  }
}
