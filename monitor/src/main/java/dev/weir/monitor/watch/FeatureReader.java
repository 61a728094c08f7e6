package dev.weir.monitor.watch;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the features of samples, as far as the reference of their version names them. Thread-safe.
 */
public final class FeatureReader {
  /** Takes features. */
  public interface Sink {
    /** A number; NaN: missing, or text that is none. */
    void feature(Sample sample, String name, double value);

    /** A category of the reference, or {@link #NEW_CATEGORY}. */
    void feature(Sample sample, String name, String category);
  }

  /** Stands for every category that the reference does not name: those may be anything. */
  public static final String NEW_CATEGORY = "(new)";

  private record Version(String model, String version) {}

  private final int maxFeatures;
  private final Sink sink;
  private volatile Map<Version, List<FeatureReference>> features = Map.of();

  /**
   * Knows no version yet.
   *
   * @param maxFeatures features of one version that are read, at least 1
   */
  public FeatureReader(int maxFeatures, Sink sink) {
    this.maxFeatures = maxFeatures;
    this.sink = sink;
  }

  /** Takes the references of the versions in a snapshot. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<Version, List<FeatureReference>>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      List<FeatureReference> inputs =
          version.getReference().getFeaturesList().stream()
              .filter(feature -> feature.getIndex() >= 0)
              .filter(
                  feature -> feature.getQuantilesCount() >= 2 || feature.getCategoriesCount() > 0)
              .limit(maxFeatures)
              .toList();
      if (!inputs.isEmpty()) {
        newest.put(new Version(version.getModel(), version.getVersion()), inputs);
      }
    }
    features = Map.copyOf(newest);
  }

  /** Reads a slice of samples. */
  public void samples(List<Sample> slice) {
    Map<Version, List<FeatureReference>> known = features;
    for (Sample sample : slice) {
      List<FeatureReference> wanted =
          known.getOrDefault(new Version(sample.getModel(), sample.getVersion()), List.of());
      var inputs = new SampleInputs(sample);
      for (FeatureReference feature : wanted) {
        inputs.read(
            feature.getName(),
            feature.getIndex(),
            feature.getQuantilesCount() >= 2,
            new ToSink(sink, sample, feature));
      }
    }
  }

  private record ToSink(Sink sink, Sample sample, FeatureReference feature)
      implements SampleInputs.Rows {
    @Override
    public void number(double value) {
      sink.feature(sample, feature.getName(), value);
    }

    @Override
    public void category(String value) {
      boolean known = feature.containsCategories(value);
      sink.feature(sample, feature.getName(), known ? value : NEW_CATEGORY);
    }

    @Override
    public void missing() {
      if (feature.getQuantilesCount() >= 2) {
        sink.feature(sample, feature.getName(), Double.NaN);
      }
    }
  }
}
