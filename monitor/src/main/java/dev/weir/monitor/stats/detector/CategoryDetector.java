package dev.weir.monitor.stats.detector;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Detects that categories are distributed otherwise than in a reference: for each of them, and for
 * all that the reference does not have, bets that it comes .25, .5, .67, .8, 1.25, 1.5, 2, 3 or 5
 * times as often. Null: "each comes with a probability between its bounds, each time, given
 * everything before". The bounds lie two standard errors and a tolerated share around the
 * reference's.
 *
 * <p>Bets upward are likelihood ratios against the upper bound, those downward against the lower
 * one: both have mean 1 or less for every probability on the null's side.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'G' · int64 observations · sums: 9 x float64 for each category in order
 *   of name, then for all others
 * </pre>
 */
public final class CategoryDetector implements DriftDetector {
  static final byte KIND = 'G';
  private static final int VERSION = 1;
  private static final double[] LIFTS = {0.25, 0.5, 0.67, 0.8, 1.25, 1.5, 2, 3, 5};
  private static final double HIGHEST = 0.98;
  private static final double LOWEST = 1e-4;

  private final Map<String, Integer> places = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final double[] hit;
  private final double[] miss;
  private final ShiryaevRoberts sums;
  private long observations;

  /**
   * A detector that has seen nothing.
   *
   * @param reference share of each category, 0 to 1; sum at most about 1
   * @param rows values that the reference was made from, at least 1
   * @param tolerated difference of a share that is not worth an alarm, 0 to under 1
   */
  public CategoryDetector(Map<String, Double> reference, long rows, double tolerated) {
    this.names.addAll(reference.keySet().stream().sorted().toList());
    int slots = names.size() + 1;
    this.hit = new double[slots * LIFTS.length];
    this.miss = new double[slots * LIFTS.length];
    this.sums = new ShiryaevRoberts(slots * LIFTS.length);
    double known = 0;
    for (int slot = 0; slot < names.size(); slot++) {
      String name = names.get(slot);
      double share = reference.getOrDefault(name, 0.0);
      known += share;
      places.put(name, slot);
      bets(slot, share, rows, tolerated);
    }
    bets(names.size(), Math.max(0, 1 - known), rows, tolerated);
  }

  private void bets(int slot, double share, long rows, double tolerated) {
    double error = 2 * Math.sqrt(Math.max(share * (1 - share), 1.0 / rows) / rows) + tolerated;
    double upper = Math.clamp(share + error, LOWEST, HIGHEST);
    double lower = Math.clamp(share - error, 0.0, HIGHEST);
    for (int i = 0; i < LIFTS.length; i++) {
      double bound = LIFTS[i] > 1 ? upper : lower;
      double alternative =
          LIFTS[i] > 1 ? Math.max(bound, Math.min(LIFTS[i] * bound, HIGHEST)) : LIFTS[i] * bound;
      int place = slot * LIFTS.length + i;
      // A lower bound of 0 leaves nothing to bet on.
      hit[place] = bound == 0 ? 1 : alternative / bound;
      miss[place] = bound == 0 ? 1 : (1 - alternative) / (1 - bound);
    }
  }

  /**
   * This one's evidence so far, and another reference from now on; begins anew when its categories
   * are others.
   */
  public CategoryDetector against(Map<String, Double> other, long rows, double tolerated) {
    var next = new CategoryDetector(other, rows, tolerated);
    if (next.names.equals(names)) {
      next.sums.takeOver(sums);
      next.observations = observations;
    }
    return next;
  }

  /** Takes a value. */
  public void observe(String category) {
    int hitSlot = places.getOrDefault(category, names.size());
    for (int slot = 0; slot <= names.size(); slot++) {
      double[] factors = slot == hitSlot ? hit : miss;
      int first = slot * LIFTS.length;
      for (int i = first; i < first + LIFTS.length; i++) {
        sums.observe(i, factors[i]);
      }
    }
    observations++;
  }

  /** Whether the reference has this category. */
  public boolean knows(String category) {
    return places.containsKey(category);
  }

  @Override
  public double logEvidence() {
    return Math.log(sums.mean());
  }

  @Override
  public long observations() {
    return observations;
  }

  @Override
  public String direction() {
    int strongest = sums.strongest();
    int slot = strongest / LIFTS.length;
    String what = slot == names.size() ? "categories not in the reference" : names.get(slot);
    return (LIFTS[strongest % LIFTS.length] > 1 ? "more of " : "less of ") + what;
  }

  @Override
  public void restart() {
    sums.restart();
    observations = 0;
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).int64(observations);
    sums.writeTo(out);
    return out.toBytes();
  }

  /**
   * A detector of this one's reference with the state that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version, kind or number of
   *     categories, or damaged
   */
  public void restore(byte[] bytes) {
    var in = new StateReader("category detector", VERSION, KIND, bytes);
    long read = in.count();
    ShiryaevRoberts readSums = ShiryaevRoberts.readFrom(in, sums.bets());
    in.end();
    observations = read;
    sums.takeOver(readSums);
  }
}
