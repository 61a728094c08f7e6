package dev.weir.monitor.inspect;

import dev.weir.monitor.watch.TensorValues;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The features of a version, each cut into a few buckets by its reference. Immutable value. */
public final class FeatureBuckets {
  private final List<FeatureCut> cuts;

  private FeatureBuckets(List<FeatureCut> cuts) {
    this.cuts = List.copyOf(cuts);
  }

  /** The inputs in a version's reference, in its order. */
  public static FeatureBuckets of(ModelVersion version, int maxFeatures) {
    var cuts = new ArrayList<FeatureCut>();
    for (FeatureReference feature : version.getReference().getFeaturesList()) {
      if (feature.getIndex() >= 0 && cuts.size() < maxFeatures) {
        FeatureCut.of(feature).ifPresent(cuts::add);
      }
    }
    return new FeatureBuckets(cuts);
  }

  /** How many features. */
  public int size() {
    return cuts.size();
  }

  /** Name of a feature. */
  public String name(int feature) {
    return cuts.get(feature).name();
  }

  /** Names of a feature's buckets. */
  public List<String> buckets(int feature) {
    return cuts.get(feature).names();
  }

  /** Looks at the first row of a sample. */
  Inspected look(Sample sample, ModelVersion version) {
    var places = new byte[cuts.size()];
    var unusual = new ArrayList<String>();
    IntStream.range(0, places.length).forEach(i -> places[i] = -1);
    if (sample.getInputsCount() > 0) {
      for (int i = 0; i < places.length; i++) {
        FeatureCut cut = cuts.get(i);
        SampleTensor tensor = tensorOf(sample, cut.name());
        TensorValues values = TensorValues.of(tensor, 1);
        int column = tensor.getName().equals(cut.name()) ? 0 : cut.index();
        if (values.rows() > 0 && column < values.columns()) {
          int bucket = cut.bucket(values, column);
          places[i] = (byte) bucket;
          if (cut.isUnusual(bucket)) {
            unusual.add(cut.name());
          }
        }
      }
    }
    return new Inspected(sample, version, this, places, List.copyOf(unusual));
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof FeatureBuckets that && cuts.equals(that.cuts));
  }

  @Override
  public int hashCode() {
    return cuts.hashCode();
  }

  private static SampleTensor tensorOf(Sample sample, String name) {
    for (SampleTensor tensor : sample.getInputsList()) {
      if (tensor.getName().equals(name)) {
        return tensor;
      }
    }
    return sample.getInputs(0);
  }
}
