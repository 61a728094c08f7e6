package dev.weir.registry.route;

import dev.weir.proto.route.v1.BucketRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which variant owns which of the 10,000 sticky buckets. A new layout is a function of the previous
 * one and the new weights: variants whose weight fell give their highest buckets away, variants
 * whose weight rose take exactly those, nothing else moves. So a key never leaves a variant whose
 * weight does not fall, and the number of buckets that move is the least possible, the sum of the
 * raises.
 */
public final class StickyLayout {
  /** Buckets of a route; one per basis point. */
  public static final int BUCKETS = 10_000;

  private StickyLayout() {}

  /**
   * @param previous the layout before; empty: none, all buckets are free
   * @param weightsBasisPoints weight by variant, in the route's order, summing to 10,000; a variant
   *     of the previous layout that is not named has weight 0
   * @return ranges in order, adjacent ones of one variant joined; variants without weight own none
   */
  public static List<BucketRange> relayout(
      List<BucketRange> previous, Map<String, Integer> weightsBasisPoints) {
    int sum = weightsBasisPoints.values().stream().mapToInt(Integer::intValue).sum();
    if (sum != BUCKETS) {
      throw new IllegalArgumentException("weights sum to " + sum + ": " + weightsBasisPoints);
    }
    @Nullable String[] owners = owners(previous);
    var missing = new LinkedHashMap<>(weightsBasisPoints);
    for (String owner : owners) {
      if (owner != null) {
        missing.merge(owner, -1, Integer::sum);
      }
    }
    // missing: how many buckets each variant has to gain (above 0) or give (below 0)
    Deque<Integer> free = new ArrayDeque<>();
    for (int bucket = BUCKETS - 1; bucket >= 0; bucket--) {
      String owner = owners[bucket];
      if (owner == null || missing.getOrDefault(owner, 0) < 0) {
        if (owner != null) {
          missing.merge(owner, 1, Integer::sum);
          owners[bucket] = null;
        }
        free.addFirst(bucket);
      }
    }
    missing.forEach((variant, count) -> {
      for (int i = 0; i < count; i++) {
        owners[free.removeFirst()] = variant;
      }
    });
    return ranges(owners);
  }

  /** The same layout with one variant called differently. */
  public static List<BucketRange> renamed(List<BucketRange> layout, String from, String to) {
    return layout.stream()
        .map(r -> r.getVariant().equals(from) ? r.toBuilder().setVariant(to).build() : r)
        .toList();
  }

  private static @Nullable String[] owners(List<BucketRange> layout) {
    var owners = new @Nullable String[BUCKETS];
    for (BucketRange range : layout) {
      Arrays.fill(owners, range.getFirst(), range.getEnd(), range.getVariant());
    }
    return owners;
  }

  private static List<BucketRange> ranges(@Nullable String[] owners) {
    var ranges = new ArrayList<BucketRange>();
    int first = 0;
    for (int bucket = 1; bucket <= BUCKETS; bucket++) {
      String owner = owners[first];
      if (owner == null) {
        throw new IllegalStateException("bucket " + first + " has no owner");
      }
      if (bucket == BUCKETS || !owner.equals(owners[bucket])) {
        ranges.add(
            BucketRange.newBuilder().setFirst(first).setEnd(bucket).setVariant(owner).build());
        first = bucket;
      }
    }
    return List.copyOf(ranges);
  }
}
