package dev.weir.registry.control;

import dev.weir.registry.outcome.Refusal;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the registry counts. Thread-safe. */
public final class RegistryMetrics {
  private static final AttributeKey<String> ACTION = AttributeKey.stringKey("action");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");
  private static final List<Double> COMMIT_BUCKETS =
      List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0);

  private final DoubleHistogram commitSeconds;
  private final LongCounter records;
  private final LongCounter refusals;
  private final LongCounter storeFailures;
  private final LongCounter artifactBytes;
  private final LongCounter verdicts;
  private final AtomicLong revision = new AtomicLong();
  private final AtomicInteger watchers = new AtomicInteger();
  private final AtomicInteger workers = new AtomicInteger();
  private final AtomicInteger activeRollouts = new AtomicInteger();

  /** Registers all instruments. */
  public RegistryMetrics(Meter meter) {
    commitSeconds =
        meter
            .histogramBuilder("weir_registry_commit_seconds")
            .setDescription("Time for one durable change, to disk")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(COMMIT_BUCKETS)
            .build();
    records = counter(meter, "weir_registry_records", "Durable records by action");
    refusals = counter(meter, "weir_registry_refusals", "Commands refused, by kind");
    storeFailures =
        counter(meter, "weir_registry_store_failures", "Reads or writes that the disk refused");
    artifactBytes =
        counter(meter, "weir_registry_artifact_received_bytes", "Artifact bytes taken in");
    verdicts = counter(meter, "weir_registry_verdicts", "Verdicts received, by state");
    gauge(meter, "weir_registry_revision", "Newest snapshot revision", revision::get);
    gauge(meter, "weir_registry_watchers", "Snapshot watchers connected", watchers::get);
    gauge(
        meter, "weir_registry_workers_ready", "Workers heard lately that take work", workers::get);
    gauge(
        meter, "weir_registry_rollouts_active", "Rollouts that are not over", activeRollouts::get);
  }

  @FunctionalInterface
  private interface Value {
    long now();
  }

  private static LongCounter counter(Meter meter, String name, String description) {
    return meter.counterBuilder(name).setDescription(description).build();
  }

  private static void gauge(Meter meter, String name, String description, Value value) {
    var unused =
        meter
            .gaugeBuilder(name)
            .ofLongs()
            .setDescription(description)
            .buildWithCallback(measurement -> measurement.record(value.now()));
  }

  void committed(long nanos) {
    commitSeconds.record(nanos / 1e9);
  }

  void recorded(String action) {
    records.add(1, Attributes.of(ACTION, action));
  }

  void storeFailed() {
    storeFailures.add(1);
  }

  void published(long newestRevision) {
    revision.set(newestRevision);
  }

  void watchers(int connected) {
    watchers.set(connected);
  }

  void workersReady(int ready) {
    workers.set(ready);
  }

  void activeRollouts(int active) {
    activeRollouts.set(active);
  }

  void verdict(String state) {
    verdicts.add(1, Attributes.of(AttributeKey.stringKey("state"), state));
  }

  /** A command was refused. */
  public void refused(Refusal.Kind kind) {
    refusals.add(1, Attributes.of(KIND, kind.name().toLowerCase(Locale.ROOT)));
  }

  /** Artifact bytes came in. */
  public void artifactReceived(long bytes) {
    artifactBytes.add(bytes);
  }
}
