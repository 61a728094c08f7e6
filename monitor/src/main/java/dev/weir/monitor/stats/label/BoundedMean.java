package dev.weir.monitor.stats.label;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.bound.GammaExponentialMixture;
import dev.weir.monitor.stats.bound.Tuning;

/**
 * The mean of numbers between 0 and a largest one, with an interval that holds at all times
 * together: the empirical Bernstein confidence sequence of Howard, Ramdas, McAuliffe and Sekhon
 * (Ann. Statist. 49, 2021, theorem 4) with the gamma-exponential mixture. It is narrow when the
 * numbers differ little from the mean of those before. Covers the mean of the numbers' expectations
 * given those before, so these may move. Mutable, single writer.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'm' · float64 largest · int64 units · float64 sum · float64 squares of
 *   the differences from the mean before
 * </pre>
 */
public final class BoundedMean {
  private static final byte KIND = 'm';
  private static final int VERSION = 1;

  /** Units at which the interval is about tightest, with numbers a fifth of the range apart. */
  private static final double TIGHTEST_AT = 1_000;

  private static final double USUAL_VARIANCE = 0.04;

  private final double largest;
  private long units;
  private double sum;
  private double squares;

  /** An interval. */
  public record Range(double low, double high) {}

  /**
   * A mean of nothing.
   *
   * @param largest value that a number can have, over 0
   */
  public BoundedMean(double largest) {
    if (!(largest > 0 && largest < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("largest: " + largest + " (expected: over 0, finite)");
    }
    this.largest = largest;
  }

  /**
   * Takes a number.
   *
   * @param value 0 to the largest
   */
  public void add(double value) {
    if (!(value >= 0 && value <= largest)) {
      throw new IllegalArgumentException("value: " + value + " (expected: 0 to " + largest + ")");
    }
    double difference = value - (units == 0 ? largest / 2 : mean());
    squares += difference * difference;
    sum += value;
    units++;
  }

  /** Numbers taken. */
  public long units() {
    return units;
  }

  /** Their mean; NaN of none. */
  public double mean() {
    return sum / units;
  }

  /**
   * An interval that holds the mean at all times together.
   *
   * @param alpha probability that it ever does not, over 0 and under 1/2
   */
  public Range interval(double alpha) {
    if (units == 0) {
      return new Range(0, largest);
    }
    var mixture =
        GammaExponentialMixture.tightestAt(
            new Tuning(TIGHTEST_AT * USUAL_VARIANCE * largest * largest, alpha / 2), largest);
    double far = mixture.bound(squares, alpha / 2) / units;
    return new Range(Math.max(0, mean() - far), Math.min(largest, mean() + far));
  }

  /** All state. */
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .float64(largest)
        .int64(units)
        .float64(sum)
        .float64(squares)
        .toBytes();
  }

  /**
   * The mean that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static BoundedMean fromBytes(byte[] bytes) {
    var in = new StateReader("bounded mean", VERSION, KIND, bytes);
    var read = new BoundedMean(in.float64());
    read.units = in.count();
    read.sum = in.float64();
    read.squares = in.float64();
    in.end();
    return read;
  }
}
