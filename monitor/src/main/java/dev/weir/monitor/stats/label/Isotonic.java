package dev.weir.monitor.stats.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The rising function of a score that is nearest to outcomes in squares, by pooling adjacent
 * violators; Ayer et al., Ann. Math. Statist. 26 (1955). Straight lines between the middles of its
 * steps. Immutable.
 */
public final class Isotonic {
  private final double[] scores;
  private final double[] values;

  private Isotonic(double[] scores, double[] values) {
    this.scores = scores;
    this.values = values;
  }

  private record Block(double scores, double outcomes, double weight) {
    Block plus(Block other) {
      return new Block(scores + other.scores, outcomes + other.outcomes, weight + other.weight);
    }

    double mean() {
      return outcomes / weight;
    }
  }

  /**
   * Fits it.
   *
   * @param scores at least one, none NaN
   * @param outcomes as many, 0 to 1
   */
  public static Isotonic fit(double[] scores, double[] outcomes) {
    if (scores.length == 0 || scores.length != outcomes.length) {
      throw new IllegalArgumentException(
          "scores: %d, outcomes: %d (expected: as many, at least 1)"
              .formatted(scores.length, outcomes.length));
    }
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
    List<Block> blocks = new ArrayList<>();
    for (int i : order) {
      Block block = new Block(scores[i], outcomes[i], 1);
      while (!blocks.isEmpty() && blocks.getLast().mean() >= block.mean()) {
        block = blocks.removeLast().plus(block);
      }
      blocks.add(block);
    }
    return new Isotonic(
        blocks.stream().mapToDouble(block -> block.scores() / block.weight()).toArray(),
        blocks.stream().mapToDouble(Block::mean).toArray());
  }

  /** Value at a score; beyond the ends as at the ends. */
  public double at(double score) {
    int place = Arrays.binarySearch(scores, score);
    if (place >= 0) {
      return values[place];
    }
    int next = -place - 1;
    if (next == 0) {
      return values[0];
    }
    if (next == scores.length) {
      return values[values.length - 1];
    }
    double share = (score - scores[next - 1]) / (scores[next] - scores[next - 1]);
    return values[next - 1] + share * (values[next] - values[next - 1]);
  }
}
