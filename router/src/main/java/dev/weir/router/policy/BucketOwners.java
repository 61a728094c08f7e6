package dev.weir.router.policy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which of the 10,000 buckets, kept as runs: a route has few, and there may be thousands
 * of routes.
 */
final class BucketOwners<T> {
  private final int[] ends;
  private final @Nullable T[] owners;

  /**
   * @param ends one past the last bucket of each run, rising, the last {@value StickyHash#BUCKETS}
   * @param owners owner of each run; null: nobody
   */
  BucketOwners(int[] ends, @Nullable T[] owners) {
    this.ends = ends;
    this.owners = owners;
  }

  /** The owner of a bucket, 0 to 9,999; null: nobody. */
  @Nullable T ownerOf(int bucket) {
    int found = Arrays.binarySearch(ends, bucket + 1);
    return owners[found >= 0 ? found : -found - 1];
  }
}
