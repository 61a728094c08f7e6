package dev.weir.monitor.why;

import dev.weir.monitor.inspect.FeatureBuckets;
import java.util.Arrays;

/**
 * Numbers the buckets of all features of a version: 0 to {@link #size} - 1 one feature after the
 * other, then one cell that everything is in. Immutable.
 */
final class Cells {
  private final FeatureBuckets features;
  private final int[] starts;
  private final int size;

  Cells(FeatureBuckets features) {
    this.features = features;
    this.starts = new int[features.size()];
    int cell = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = cell;
      cell += features.buckets(i).size();
    }
    this.size = cell;
  }

  FeatureBuckets features() {
    return features;
  }

  /** Buckets of all features. */
  int size() {
    return size;
  }

  /** The cell that everything is in. */
  int everything() {
    return size;
  }

  /** Cell of a feature's bucket. */
  int of(int feature, int bucket) {
    return starts[feature] + bucket;
  }

  /** Name of a cell's feature; empty: everything. */
  String feature(int cell) {
    return cell == size ? "" : features.name(featureOf(cell));
  }

  /** Name of a cell's bucket; empty: everything. */
  String value(int cell) {
    int feature = featureOf(cell);
    return cell == size ? "" : features.buckets(feature).get(cell - starts[feature]);
  }

  /** Whether a unit with these buckets, one for each feature, is in a cell. */
  boolean isIn(byte[] buckets, int cell) {
    int feature = featureOf(cell);
    return cell == size || buckets[feature] == cell - starts[feature];
  }

  private int featureOf(int cell) {
    int found = Arrays.binarySearch(starts, Math.min(cell, size - 1));
    return found >= 0 ? found : -found - 2;
  }
}
