package dev.weir.monitor.stats.detector;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.distance.Quantiles;
import java.util.random.RandomGenerator;

/**
 * Detects that a number is distributed otherwise than in a reference. Each value becomes its place
 * u in the reference (randomised where the reference has an atom: uniform on 0..1 if nothing has
 * changed), and its spread {@code v = 2 |u - 1/2|}, uniform too. Bets are {@code 1 + 2 d (u - 1/2
 * -+ slack)} and the same on v, for d = +-.1, .2, .35, .5, .7. Null: "the mean of u and of v lies
 * within 1/2 +- slack, each time, given everything before".
 *
 * <p>The slack covers that the reference is itself a sample ({@link #slack}), and what is not worth
 * an alarm: a shift of u's mean by 0.01 is one of 0.036 standard deviations of a normal feature.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'U' · int64 observations · 20 x float64 sums
 * </pre>
 */
public final class NumberDetector implements DriftDetector {
  static final byte KIND = 'U';
  private static final int VERSION = 1;
  private static final double[] SLOPES = {0.1, 0.2, 0.35, 0.5, 0.7, -0.1, -0.2, -0.35, -0.5, -0.7};
  private static final String[] DIRECTIONS = {"higher", "lower", "wider spread", "narrower spread"};

  private final Quantiles reference;
  private final double slack;
  private final RandomGenerator random;
  private final ShiryaevRoberts sums;
  private long observations;

  /**
   * A detector that has seen nothing.
   *
   * @param reference the distribution without drift
   * @param slack how far the means may be from 1/2, 0 to under 0.2
   * @param random for values on an atom of the reference
   */
  public NumberDetector(Quantiles reference, double slack, RandomGenerator random) {
    this(reference, slack, random, new ShiryaevRoberts(2 * SLOPES.length));
  }

  private NumberDetector(
      Quantiles reference, double slack, RandomGenerator random, ShiryaevRoberts sums) {
    if (!(slack >= 0 && slack < 0.2)) {
      throw new IllegalArgumentException("slack: " + slack + " (expected: 0 to under 0.2)");
    }
    this.reference = reference;
    this.slack = slack;
    this.random = random;
    this.sums = sums;
  }

  /**
   * Slack for a reference of that many values: two standard errors of the mean of u, and {@code
   * tolerated} on top.
   *
   * @param rows values that the reference was made from, at least 1
   * @param tolerated shift of a mean that is not worth an alarm, at least 0
   */
  public static double slack(long rows, double tolerated) {
    return Math.min(0.19, 2 / Math.sqrt(12.0 * Math.max(1, rows)) + tolerated);
  }

  /** This one's evidence so far, and another reference from now on. */
  public NumberDetector against(Quantiles other, double otherSlack) {
    var next = new NumberDetector(other, otherSlack, random, sums);
    next.observations = observations;
    return next;
  }

  /** Takes a value; one that is no number says nothing here. */
  public void observe(double value) {
    if (Double.isNaN(value)) {
      return;
    }
    double below = reference.below(value);
    double u = below + random.nextDouble() * (reference.upTo(value) - below);
    bet(0, u);
    bet(SLOPES.length, 2 * Math.abs(u - 0.5));
    observations++;
  }

  private void bet(int first, double uniform) {
    for (int i = 0; i < SLOPES.length; i++) {
      double centre = SLOPES[i] > 0 ? 0.5 + slack : 0.5 - slack;
      sums.observe(first + i, 1 + 2 * SLOPES[i] * (uniform - centre));
    }
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
    boolean spread = strongest >= SLOPES.length;
    boolean up = SLOPES[strongest % SLOPES.length] > 0;
    return DIRECTIONS[(spread ? 2 : 0) + (up ? 0 : 1)];
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
   * The detector that {@link #toBytes} wrote, with what it was made with.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static NumberDetector fromBytes(
      Quantiles reference, double slack, RandomGenerator random, byte[] bytes) {
    var in = new StateReader("number detector", VERSION, KIND, bytes);
    long observations = in.count();
    var detector =
        new NumberDetector(
            reference, slack, random, ShiryaevRoberts.readFrom(in, 2 * SLOPES.length));
    in.end();
    detector.observations = observations;
    return detector;
  }
}
