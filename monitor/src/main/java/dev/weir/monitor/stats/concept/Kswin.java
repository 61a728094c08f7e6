package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.distance.KolmogorovSmirnov;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/**
 * Kolmogorov-Smirnov windowing: compares the newest {@code recent} observations of a window with as
 * many drawn at random from the older ones. Raab, Heusinger and Schleif, Neurocomputing 416 (2020).
 * One test for each observation, so its alpha is no rate of false alarms. A drift also needs a
 * distance over 0.1, as in river 0.26.1.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'K' · float64 alpha · int64 windowSize · int64 recent
 *   uint16 number kept · so many float64, the oldest first
 * </pre>
 *
 * The state of the random generator is not in it: restored with another generator, it draws others.
 */
public final class Kswin implements ConceptDetector {
  private static final byte KIND = 'K';
  private static final int VERSION = 1;
  private static final double LEAST_DISTANCE = 0.1;
  private static final int MAX_WINDOW = 10_000;
  private static final int MAX_RECENT = 100;

  private final double alpha;
  private final int windowSize;
  private final int recent;
  private final RandomGenerator random;
  private final Deque<Double> window = new ArrayDeque<>();

  /** Alpha 0.005, a window of 100, of which the newest 30. */
  public Kswin(RandomGenerator random) {
    this(0.005, 100, 30, random);
  }

  /**
   * One that has seen nothing.
   *
   * @param alpha p-value of a drift, over 0 and under 1
   * @param windowSize observations kept, 2 {@code recent} to 10,000
   * @param recent observations compared, 2 to 100: the p-value is then the exact one, and an
   *     observation costs at most {@code recent} squared steps
   * @param random draws from the older ones
   */
  public Kswin(double alpha, int windowSize, int recent, RandomGenerator random) {
    Ranges.between("alpha", alpha, Double.MIN_VALUE, Math.nextDown(1.0));
    Ranges.between("recent", recent, 2, MAX_RECENT);
    Ranges.between("windowSize", windowSize, 2L * recent, MAX_WINDOW);
    this.alpha = alpha;
    this.windowSize = windowSize;
    this.recent = recent;
    this.random = random;
  }

  @Override
  public boolean observe(double value) {
    window.addLast(Ranges.number(value));
    if (window.size() > windowSize) {
      window.removeFirst();
    }
    if (window.size() < windowSize) {
      return false;
    }
    double[] all = window.stream().mapToDouble(Double::doubleValue).toArray();
    var newest = new double[recent];
    System.arraycopy(all, windowSize - recent, newest, 0, recent);
    KolmogorovSmirnov test = KolmogorovSmirnov.of(draw(all), newest);
    boolean drifted = test.pValue() <= alpha && test.statistic() > LEAST_DISTANCE;
    if (drifted) {
      window.clear();
      for (double each : newest) {
        window.addLast(each);
      }
    }
    return drifted;
  }

  /** {@code recent} of the older ones, without putting back. */
  private double[] draw(double[] all) {
    int older = windowSize - recent;
    var drawn = new double[recent];
    for (int i = 0; i < recent; i++) {
      int place = i + random.nextInt(older - i);
      drawn[i] = all[place];
      all[place] = all[i];
      all[i] = drawn[i];
    }
    return drawn;
  }

  @Override
  public String name() {
    return "KSWIN";
  }

  @Override
  public byte[] toBytes() {
    var out =
        new StateWriter(VERSION, KIND)
            .float64(alpha)
            .int64(windowSize)
            .int64(recent)
            .uint16(window.size());
    window.forEach(out::float64);
    return out.toBytes();
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @param random draws from here on
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static Kswin fromBytes(byte[] bytes, RandomGenerator random) {
    var in = new StateReader("KSWIN", VERSION, KIND, bytes);
    var read = new Kswin(in.float64(), Ranges.whole(in), Ranges.whole(in), random);
    int size = in.uint16();
    if (size > read.windowSize) {
      throw in.damaged("kept " + size + " (expected: at most " + read.windowSize + ")");
    }
    for (int i = 0; i < size; i++) {
      read.window.addLast(Ranges.finite(in));
    }
    in.end();
    return read;
  }
}
