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

  private WatchMetrics() {}

  /** Shows it as {@code weir_monitor_drift_*}. */
  public static void register(Meter meter, StandingWatch watch) {
    meter
        .gaugeBuilder("weir_monitor_drift_log_evidence")
        .setDescription("Natural logarithm of a feature's drift detector.")
        .buildWithCallback(out ->
            watch
                .views()
                .forEach(view ->
                    view.features()
                        .forEach(feature -> {
                          if (Double.isFinite(feature.logEvidence())) {
                            out.record(feature.logEvidence(), of(view, feature.name()));
                          }
                        })));
    meter
        .gaugeBuilder("weir_monitor_drift_log_threshold")
        .setDescription("Where a version's detectors alarm.")
        .buildWithCallback(
            out -> watch.views().forEach(view -> out.record(view.logThreshold(), of(view))));
    meter
        .gaugeBuilder("weir_monitor_drift_alarms")
        .ofLongs()
        .setDescription("Alarms that are on about a version's data.")
        .buildWithCallback(out ->
            watch
                .views()
                .forEach(view ->
                    out.record(
                        view.features().stream().mapToLong(f -> f.alarms().size()).sum(),
                        of(view))));
  }

  private static Attributes of(VersionView view) {
    return Attributes.of(ROUTE, view.route(), MODEL, view.model(), VERSION, view.version());
  }

  private static Attributes of(VersionView view, String feature) {
    return of(view).toBuilder().put(FEATURE, feature).build();
  }
}
