package dev.weir.monitor.stats.label;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The area under the ROC curve: the probability that a unit of the positive class has a higher
 * score than one of another. Each positive unit is paired with the next of the others, each used
 * once, so that pairs are independent when units are and their mean has an interval ({@link
 * BoundedMean}). At most 256 scores of the side that has more wait, oldest first; further ones are
 * not used, whatever they are. Mutable, single writer.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'A' · uint8 1: those that wait are positive · uint16 n, n x float64 ·
 *   uint32 length, mean of the pairs
 * </pre>
 */
public final class RankPairs {
  private static final byte KIND = 'A';
  private static final int VERSION = 1;
  private static final int MOST_WAITING = 256;

  private final Deque<Double> waiting = new ArrayDeque<>();
  private boolean positiveWaits;
  private BoundedMean pairs = new BoundedMean(1);

  /**
   * Takes a unit.
   *
   * @param score 0 to 1, higher for what is held to be positive
   */
  public void add(boolean isPositive, double score) {
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("score: " + score + " (expected: 0 to 1)");
    }
    if (waiting.isEmpty()) {
      positiveWaits = isPositive;
    }
    if (isPositive == positiveWaits) {
      if (waiting.size() < MOST_WAITING) {
        waiting.addLast(score);
      }
    } else {
      double first = waiting.removeFirst();
      int order = isPositive ? Double.compare(score, first) : Double.compare(first, score);
      pairs.add((Integer.signum(order) + 1) / 2.0);
    }
  }

  /** Mean over pairs: 1 when the positive has the higher score, one half when both are the same. */
  public BoundedMean area() {
    return pairs;
  }

  /** All state. */
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).uint8(positiveWaits ? 1 : 0).uint16(waiting.size());
    waiting.forEach(out::float64);
    return out.bytes(pairs.toBytes()).toBytes();
  }

  /**
   * The pairs that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static RankPairs fromBytes(byte[] bytes) {
    var in = new StateReader("rank pairs", VERSION, KIND, bytes);
    var read = new RankPairs();
    read.positiveWaits = in.uint8() == 1;
    int size = in.uint16();
    for (int i = 0; i < size; i++) {
      read.waiting.addLast(in.float64());
    }
    read.pairs = BoundedMean.fromBytes(in.bytes());
    in.end();
    return read;
  }
}
