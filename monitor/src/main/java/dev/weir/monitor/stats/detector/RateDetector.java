package dev.weir.monitor.stats.detector;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * Detects that something is more frequent than it may be: null "its probability is at most {@code
 * bound}, each time, given everything before". Bets are likelihood ratios of 1.25, 1.5, 2, 3 and 5
 * times the bound. For wrong labels, missing values, categories that were never seen.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'R' · int64 observations · int64 hits · 5 x float64 sums
 * </pre>
 */
public final class RateDetector implements DriftDetector {
  static final byte KIND = 'R';
  private static final int VERSION = 1;
  private static final double[] LIFTS = {1.25, 1.5, 2, 3, 5};
  private static final double HIGHEST = 0.999;

  private final double[] hit = new double[LIFTS.length];
  private final double[] miss = new double[LIFTS.length];
  private final ShiryaevRoberts sums;
  private final double bound;
  private long observations;
  private long hits;

  /**
   * A detector that has seen nothing.
   *
   * @param bound highest probability without an alarm, over 0 and under 1
   */
  public RateDetector(double bound) {
    this(bound, new ShiryaevRoberts(LIFTS.length));
  }

  private RateDetector(double bound, ShiryaevRoberts sums) {
    if (!(bound > 0 && bound < 1)) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: over 0, under 1)");
    }
    this.sums = sums;
    this.bound = bound;
    for (int i = 0; i < LIFTS.length; i++) {
      double alternative = Math.max(bound, Math.min(LIFTS[i] * bound, HIGHEST));
      hit[i] = alternative / bound;
      miss[i] = (1 - alternative) / (1 - bound);
    }
  }

  /**
   * A bound for a probability that is only known from past observations: the share seen with half
   * an observation added to each side, plus two standard errors.
   *
   * @param hits how often it was seen, 0 to {@code of}
   * @param of observations, at least 1
   */
  public static double boundFrom(double hits, double of) {
    if (!(of >= 1 && hits >= 0 && hits <= of)) {
      throw new IllegalArgumentException(
          "hits: " + hits + " of " + of + " (expected: 0 to all, of 1 or more)");
    }
    double share = (hits + 0.5) / (of + 1);
    return Math.min(HIGHEST, share + 2 * Math.sqrt(share * (1 - share) / of));
  }

  /** Takes an observation. */
  public void observe(boolean isHit) {
    double[] factors = isHit ? hit : miss;
    for (int i = 0; i < factors.length; i++) {
      sums.observe(i, factors[i]);
    }
    observations++;
    hits += isHit ? 1 : 0;
  }

  @Override
  public double logEvidence() {
    return Math.log(sums.mean());
  }

  @Override
  public long observations() {
    return observations;
  }

  /** Hits since it began or was restarted. */
  public long hits() {
    return hits;
  }

  @Override
  public String direction() {
    return "more often";
  }

  @Override
  public void restart() {
    sums.restart();
    observations = 0;
    hits = 0;
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).int64(observations).int64(hits);
    sums.writeTo(out);
    return out.toBytes();
  }

  /** One with this one's bound and the state that {@link #toBytes} wrote. */
  public RateDetector withStateOf(byte[] bytes) {
    return fromBytes(bound, bytes);
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @param bound as it was made with
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static RateDetector fromBytes(double bound, byte[] bytes) {
    var in = new StateReader("rate detector", VERSION, KIND, bytes);
    long observations = in.count();
    long hits = in.count();
    var detector = new RateDetector(bound, ShiryaevRoberts.readFrom(in, LIFTS.length));
    in.end();
    detector.observations = observations;
    detector.hits = hits;
    return detector;
  }
}
