package dev.weir.monitor.watch;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;

/** Shows the standing watch as metrics; its bounds bound the labels. */
public final class WatchMetrics {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("model");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("version");
  private static final AttributeKey<String> FEATURE = AttributeKey.stringKey("feature");
  private static final AttributeKey<String> COMPARED_WITH = AttributeKey.stringKey("compared_with");

  private WatchMetrics() {}

  /** Shows it as {@code weir_monitor_drift_*}. */
  public static void register(Meter meter, StandingWatch watch) {
    meter
        .gaugeBuilder("weir_monitor_drift_log_evidence")
        .setDescription("Natural logarithm of a feature's drift detector.")
        .buildWithCallback(out ->
            watch
                .evidence()
                .forEach(version ->
                    version
                        .logEvidence()
                        .forEach((feature, evidence) -> {
                          if (Double.isFinite(evidence)) {
                            out.record(evidence, of(version, feature));
                          }
                        })));
    meter
        .gaugeBuilder("weir_monitor_drift_log_threshold")
        .setDescription("Where a version's detectors alarm.")
        .buildWithCallback(out ->
            watch.evidence().forEach(version -> out.record(version.logThreshold(), of(version))));
    meter
        .gaugeBuilder("weir_monitor_drift_alarms")
        .ofLongs()
        .setDescription("Alarms that are on about a version's data.")
        .buildWithCallback(
            out -> watch.evidence().forEach(version -> out.record(version.alarms(), of(version))));
  }

  private static Attributes of(DriftEvidence version) {
    return Attributes.of(
        ROUTE,
        version.key().route(),
        MODEL,
        version.key().model(),
        VERSION,
        version.key().version(),
        COMPARED_WITH,
        version.baseline().word());
  }

  private static Attributes of(DriftEvidence version, String feature) {
    return of(version).toBuilder().put(FEATURE, feature).build();
  }
}
