package dev.weir.monitor.stats.label;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.bound.BernoulliSequence;
import dev.weir.monitor.stats.bound.Interval;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Tests "the rate of an outcome in a group is at most {@code tolerated} above or below that of all
 * others", at any time, by bets on pairs: the next outcome of the group with the next of the
 * others, {@code 1 + lambda (Y - Z -+ tolerated)}. Demographic parity when the outcome is the
 * favourable decision; equal opportunity when only those are taken whose label is favourable;
 * equalised odds when it is asked of those and of all others. Chugg, Cortes-Gomez, Wilder and
 * Ramdas, arXiv 2305.17570. At most 256 outcomes of the side that has more wait for their pair,
 * oldest first; further ones are not bet on, whatever they are.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'F' · float64 tolerated · 2 x (int64 units, int64 hits) · uint8 1: those
 *   that wait are the group's · uint16 n, n x uint8 waiting · 8 x float64 log evidence · float64 maximum
 * </pre>
 */
public final class ParityTest {
  /** Outcomes of a group before anything is said of it. */
  public static final long ENOUGH = 100;

  private static final int MOST_WAITING = 256;
  private static final byte KIND = 'F';
  private static final int VERSION = 1;
  private static final double[] LAMBDAS = {0.05, 0.1, 0.2, 0.4, -0.05, -0.1, -0.2, -0.4};

  /** Each rate's interval fails with half of 0.05, so that both hold with 0.95. */
  private static final BernoulliSequence RATES = new BernoulliSequence(0.025, 1_000);

  private final double tolerated;
  private final long[] units = new long[2];
  private final long[] hits = new long[2];
  private final Deque<Boolean> waiting = new ArrayDeque<>();
  private boolean groupWaits;
  private final double[] logs = new double[LAMBDAS.length];
  private double maxLogEvidence;

  /**
   * Both ends of an interval for a difference of rates, group minus others.
   *
   * @param low -1 to 1
   * @param high low to 1
   */
  public record Gap(double low, double high) {}

  /**
   * A test that has seen nothing.
   *
   * @param tolerated difference of the rates, 0 to under 1
   */
  public ParityTest(double tolerated) {
    if (!(tolerated >= 0 && tolerated < 1)) {
      throw new IllegalArgumentException("tolerated: " + tolerated + " (expected: 0 to under 1)");
    }
    this.tolerated = tolerated;
  }

  /**
   * Takes an outcome.
   *
   * @param inGroup of the group, or of another
   * @param isHit the outcome
   */
  public void add(boolean inGroup, boolean isHit) {
    int mine = inGroup ? 1 : 0;
    units[mine]++;
    hits[mine] += isHit ? 1 : 0;
    if (waiting.isEmpty()) {
      groupWaits = inGroup;
    }
    if (inGroup != groupWaits) {
      boolean pair = waiting.removeFirst();
      bet((inGroup ? isHit : pair) ? 1 : 0, (inGroup ? pair : isHit) ? 1 : 0);
    } else if (waiting.size() < MOST_WAITING) {
      waiting.addLast(isHit);
    }
  }

  private void bet(int group, int other) {
    for (int i = 0; i < LAMBDAS.length; i++) {
      double edge = LAMBDAS[i] > 0 ? tolerated : -tolerated;
      logs[i] += Math.log1p(LAMBDAS[i] * (group - other - edge));
    }
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
  }

  /** Natural logarithm of the e-value now. */
  public double logEvidence() {
    double largest = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      largest = Math.max(largest, log);
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    return largest + Math.log(sum / logs.length);
  }

  /** Largest {@link #logEvidence} so far, at least 0. */
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  /** Whether both sides have enough outcomes for anything to be said. */
  public boolean hasEnough() {
    return units[0] >= ENOUGH && units[1] >= ENOUGH;
  }

  /** Outcomes seen. */
  public long units(boolean inGroup) {
    return units[inGroup ? 1 : 0];
  }

  /** Of these, with the outcome. */
  public long hits(boolean inGroup) {
    return hits[inGroup ? 1 : 0];
  }

  /** Rate of the outcome; NaN without outcomes. */
  public double rate(boolean inGroup) {
    int side = inGroup ? 1 : 0;
    return (double) hits[side] / units[side];
  }

  /** The tolerated difference. */
  public double tolerated() {
    return tolerated;
  }

  /**
   * Where the group's rate minus that of all others lies, at all times together with probability
   * 0.95 or more if each rate stays what it is. The test itself needs no rate that stays.
   */
  public Gap gap() {
    Interval group = RATES.interval(hits[1], units[1]);
    Interval others = RATES.interval(hits[0], units[0]);
    return new Gap(group.low() - others.high(), group.high() - others.low());
  }

  /** All state. */
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).float64(tolerated);
    for (int side = 0; side < 2; side++) {
      out.int64(units[side]).int64(hits[side]);
    }
    out.uint8(groupWaits ? 1 : 0).uint16(waiting.size());
    waiting.forEach(isHit -> out.uint8(isHit ? 1 : 0));
    return out.float64s(logs).float64(maxLogEvidence).toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static ParityTest fromBytes(byte[] bytes) {
    var in = new StateReader("parity", VERSION, KIND, bytes);
    var test = new ParityTest(in.float64());
    for (int side = 0; side < 2; side++) {
      test.units[side] = in.count();
      test.hits[side] = in.count();
    }
    test.groupWaits = in.uint8() == 1;
    int size = in.uint16();
    for (int i = 0; i < size; i++) {
      test.waiting.addLast(in.uint8() == 1);
    }
    System.arraycopy(in.float64s(LAMBDAS.length), 0, test.logs, 0, LAMBDAS.length);
    test.maxLogEvidence = in.float64();
    in.end();
    return test;
  }
}
