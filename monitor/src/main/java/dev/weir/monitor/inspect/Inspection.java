package dev.weir.monitor.inspect;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.SampleQueue;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Looks at each sample once and hands it to whoever asked. Samples wait in a bounded queue: {@link
 * #samples} never waits, {@link #work} must be called a few times a second by one caller at a time.
 * Thread-safe.
 */
public final class Inspection {
  private static final Version UNKNOWN =
      new Version(
          ModelVersion.getDefaultInstance(),
          FeatureBuckets.of(ModelVersion.getDefaultInstance(), 0));

  private record Version(ModelVersion known, FeatureBuckets features) {}

  private final int maxFeatures;
  private final SampleQueue queue;
  private final List<Consumer<Inspected>> readers;
  private volatile Map<String, Version> versions = Map.of();

  /**
   * Knows no version yet.
   *
   * @param maxWaiting samples that may wait
   * @param maxFeatures features looked at, of one version
   * @param readers get each sample that is no copy for a shadow version
   */
  public Inspection(
      int maxWaiting, int maxFeatures, IntakeCounts counts, List<Consumer<Inspected>> readers) {
    this.maxFeatures = maxFeatures;
    this.queue = new SampleQueue("inspection", maxWaiting, IntakeEvent.INSPECTION_OVERFLOW, counts);
    this.readers = List.copyOf(readers);
  }

  /** Takes the versions of a snapshot. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<String, Version>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      String id = version.getModel() + "/" + version.getVersion();
      Version known = versions.get(id);
      newest.put(
          id,
          known != null && known.known().equals(version)
              ? known
              : new Version(version, FeatureBuckets.of(version, maxFeatures)));
    }
    versions = Map.copyOf(newest);
  }

  /** Takes a closed slice; what does not fit is dropped by version and counted. */
  public void samples(List<Sample> slice) {
    queue.add(slice);
  }

  /** Looks at what waits. */
  public void work() {
    for (List<Sample> waiting = queue.take(); !waiting.isEmpty(); waiting = queue.take()) {
      for (Sample sample : waiting) {
        if (!sample.getAssignment().getMirrored()) {
          Version version =
              versions.getOrDefault(sample.getModel() + "/" + sample.getVersion(), UNKNOWN);
          Inspected inspected = version.features().look(sample, version.known());
          readers.forEach(reader -> reader.accept(inspected));
        }
      }
    }
  }
}
