package dev.weir.monitor.dashboard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.intake.VariantKey;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each variant did in the last minutes, by second; the variants seen last, a bounded number.
 * Thread-safe.
 */
final class LiveTraffic {
  /** Seconds kept: those shown, those that a latency looks back on, and those still coming. */
  private static final int KEPT_SECONDS = 144;

  private final int maxVariants;

  @GuardedBy("this")
  private final LinkedHashMap<VariantKey, SecondCounts[]> variants =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param maxVariants variants kept, at least 1
   */
  LiveTraffic(int maxVariants) {
    this.maxVariants = maxVariants;
  }

  /** Takes a slice that was not taken before. */
  synchronized void take(OutcomeSlice slice) {
    long second = slice.getStart().getSeconds();
    for (OutcomeCell cell : slice.getCellsList()) {
      var key =
          new VariantKey(
              cell.getKey().getRoute(), cell.getKey().getVariant(), cell.getKey().getVersion());
      SecondCounts[] ring = variants.computeIfAbsent(key, k -> new SecondCounts[KEPT_SECONDS]);
      int place = (int) Math.floorMod(second, (long) KEPT_SECONDS);
      SecondCounts counts = ring[place];
      if (counts == null) {
        counts = new SecondCounts();
        ring[place] = counts;
      }
      if (counts.second < second) {
        counts.reset(second);
      }
      if (counts.second == second) {
        counts.add(cell);
      }
    }
    while (variants.size() > maxVariants) {
      variants.pollFirstEntry();
    }
  }

  /** Every variant's series that ends with a second. */
  synchronized Map<VariantKey, TrafficSeries> seriesEndingAt(long lastSecond) {
    var series = new HashMap<VariantKey, TrafficSeries>();
    variants.forEach((key, ring) ->
        series.put(key, TrafficSeries.endingAt(lastSecond, second -> find(ring, second))));
    return series;
  }

  private static @Nullable SecondCounts find(SecondCounts[] ring, long second) {
    SecondCounts counts = ring[(int) Math.floorMod(second, (long) KEPT_SECONDS)];
    return counts != null && counts.second == second ? counts : null;
  }
}
