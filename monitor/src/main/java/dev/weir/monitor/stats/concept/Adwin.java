package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Adaptive windowing: keeps a window of the newest observations in an exponential histogram (at
 * most {@code maxBuckets} of each size 2^i), and drops its oldest part whenever two parts of it
 * have means that differ by more than chance, by Bernstein's inequality at confidence {@code delta}
 * per check. Memory and time are logarithmic in the window. Bifet and Gavalda, SDM 2007.
 *
 * <p>As in the authors' program and in river, the sizes of both parts go into the bound less {@code
 * minWindow} - 1. Unlike river 0.26.1, which forgets the whole window at a drift, this keeps what
 * fits, as the paper says: the first drift is at the same place, and while the window still holds
 * old observations more may follow it.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'a' · float64 delta · int64 clock, maxBuckets, minWindow, gracePeriod
 *   int64 width · float64 sum · float64 squares · int64 ticks · uint8 rows
 *   for each row, the smallest size first: uint16 buckets · float64 sum and squares of each
 * </pre>
 */
public final class Adwin implements ConceptDetector {
  /**
   * How it works.
   *
   * @param delta confidence of each check, over 0 and under 1
   * @param clock observations between checks, at least 1
   * @param maxBuckets of each size, 1 to 1,000
   * @param minWindow smallest part that is compared, at least 1
   * @param gracePeriod window that is needed for a check, at least 1
   */
  public record Parameters(
      double delta, int clock, int maxBuckets, int minWindow, int gracePeriod) {
    public Parameters {
      Ranges.between("delta", delta, Double.MIN_VALUE, Math.nextDown(1.0));
      Ranges.atLeast("clock", clock, 1);
      Ranges.between("maxBuckets", maxBuckets, 1, MAX_BUCKETS);
      Ranges.atLeast("minWindow", minWindow, 1);
      Ranges.atLeast("gracePeriod", gracePeriod, 1);
    }

    /** 0.002, checks each 32, 5 buckets, parts of 5, a window of 10. */
    public static Parameters usual() {
      return new Parameters(0.002, 32, 5, 5, 10);
    }
  }

  static final byte KIND = 'a';
  private static final int VERSION = 1;
  private static final int MAX_BUCKETS = 1_000;

  /** Sizes up to 2^47: more than is ever seen. */
  private static final int MAX_ROWS = 48;

  /** Observations that are one: their number is 2^row. */
  private record Bucket(double sum, double squares) {}

  private final Parameters parameters;

  /** By size; in each row the oldest bucket first. */
  private final List<List<Bucket>> rows = new ArrayList<>();

  private long width;
  private double sum;

  /** Sum of squared deviations from the window's mean. */
  private double squares;

  private long ticks;

  /** One that has seen nothing. */
  public Adwin(Parameters parameters) {
    this.parameters = parameters;
    rows.add(new ArrayList<>());
  }

  /** Observations in the window. */
  public long width() {
    return width;
  }

  /** Mean of the window; NaN when it is empty. */
  public double mean() {
    return sum / width;
  }

  @Override
  public boolean observe(double value) {
    insert(Ranges.number(value));
    ticks++;
    return ticks % parameters.clock() == 0 && width > parameters.gracePeriod() && shrink();
  }

  private void insert(double value) {
    if (width > 0) {
      double difference = value - mean();
      squares += width * difference * difference / (width + 1.0);
    }
    width++;
    sum += value;
    rows.getFirst().add(new Bucket(value, 0));
    for (int row = 0; rows.get(row).size() > parameters.maxBuckets(); row++) {
      if (row + 1 == rows.size()) {
        rows.add(new ArrayList<>());
      }
      double size = Math.scalb(1.0, row);
      Bucket older = rows.get(row).removeFirst();
      Bucket newer = rows.get(row).removeFirst();
      double difference = older.sum() / size - newer.sum() / size;
      rows.get(row + 1)
          .add(
              new Bucket(
                  older.sum() + newer.sum(),
                  older.squares() + newer.squares() + size / 2 * difference * difference));
    }
  }

  /** Drops oldest buckets as long as some cut shows a difference. */
  private boolean shrink() {
    boolean drifted = false;
    while (width > 0 && hasCut()) {
      drifted = true;
      dropOldest();
    }
    return drifted;
  }

  private boolean hasCut() {
    double oldWidth = 0;
    double oldSum = 0;
    for (int row = rows.size() - 1; row >= 0; row--) {
      for (Bucket bucket : rows.get(row)) {
        oldWidth += Math.scalb(1.0, row);
        oldSum += bucket.sum();
        double newWidth = width - oldWidth;
        if (newWidth < parameters.minWindow()) {
          return false;
        }
        if (oldWidth >= parameters.minWindow()
            && isBeyond(oldWidth, newWidth, oldSum / oldWidth - (sum - oldSum) / newWidth)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isBeyond(double oldWidth, double newWidth, double difference) {
    double logs = Math.log(2 * Math.log(width) / parameters.delta());
    double m =
        1 / (oldWidth - parameters.minWindow() + 1) + 1 / (newWidth - parameters.minWindow() + 1);
    double variance = squares / width;
    return Math.abs(difference) > Math.sqrt(2 * m * variance * logs) + 2.0 / 3 * logs * m;
  }

  private void dropOldest() {
    int row = rows.size() - 1;
    Bucket oldest = rows.get(row).removeFirst();
    double size = Math.scalb(1.0, row);
    width -= (long) size;
    sum -= oldest.sum();
    if (width > 0) {
      double difference = oldest.sum() / size - mean();
      squares -= oldest.squares() + size * width * difference * difference / (size + width);
      squares = Math.max(0, squares);
    }
    while (rows.size() > 1 && rows.getLast().isEmpty()) {
      rows.removeLast();
    }
  }

  @Override
  public String name() {
    return "ADWIN";
  }

  @Override
  public byte[] toBytes() {
    var out =
        new StateWriter(VERSION, KIND)
            .float64(parameters.delta())
            .int64(parameters.clock())
            .int64(parameters.maxBuckets())
            .int64(parameters.minWindow())
            .int64(parameters.gracePeriod())
            .int64(width)
            .float64(sum)
            .float64(squares)
            .int64(ticks)
            .uint8(rows.size());
    for (List<Bucket> row : rows) {
      out.uint16(row.size());
      row.forEach(bucket -> out.float64(bucket.sum()).float64(bucket.squares()));
    }
    return out.toBytes();
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static Adwin fromBytes(byte[] bytes) {
    var in = new StateReader("ADWIN", VERSION, KIND, bytes);
    var read =
        new Adwin(
            new Parameters(
                in.float64(),
                Ranges.whole(in),
                Ranges.whole(in),
                Ranges.whole(in),
                Ranges.whole(in)));
    read.width = in.count();
    read.sum = Ranges.finite(in);
    read.squares = Ranges.amount(in);
    read.ticks = in.count();
    read.readRows(in);
    in.end();
    return read;
  }

  private void readRows(StateReader in) {
    int size = in.uint8();
    if (size < 1 || size > MAX_ROWS) {
      throw in.damaged("rows " + size + " (expected: 1 to " + MAX_ROWS + ")");
    }
    rows.clear();
    long held = 0;
    for (int i = 0; i < size; i++) {
      int buckets = in.uint16();
      if (buckets > parameters.maxBuckets()) {
        throw in.damaged(
            "buckets " + buckets + " (expected: at most " + parameters.maxBuckets() + ")");
      }
      var row = new ArrayList<Bucket>();
      for (int j = 0; j < buckets; j++) {
        row.add(new Bucket(Ranges.finite(in), Ranges.amount(in)));
      }
      rows.add(row);
      held += (long) buckets << i;
    }
    if (held != width) {
      throw in.damaged("observations in buckets " + held + " (expected: " + width + ")");
    }
    if (size > 1 && rows.getLast().isEmpty()) {
      throw in.damaged("no bucket of the largest size (expected: 1 or more)");
    }
  }
}
