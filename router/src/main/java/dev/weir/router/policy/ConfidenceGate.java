package dev.weir.router.policy;

/**
 * How sure an answer must be. Several rows are as sure as the least sure of them.
 *
 * @param output output tensor that is looked at
 * @param statistic how its numbers are read
 * @param threshold below it an answer is held back
 */
public record ConfidenceGate(String output, Statistic statistic, double threshold) {
  /** How sure one row of numbers is. */
  public enum Statistic {
    /** The largest: for probabilities. */
    LARGEST,
    /** The largest less the second largest; of a single number, that number. */
    MARGIN,
    /** The largest after softmax: for logits. */
    LARGEST_OF_SOFTMAX,
    /** The largest less the second largest after softmax. */
    MARGIN_OF_SOFTMAX
  }

  /** A gate's reading of one row: feed its numbers in any order, then ask. */
  public static final class Row {
    private double largest = Double.NEGATIVE_INFINITY;
    private double second = Double.NEGATIVE_INFINITY;
    private double sum;
    private boolean broken;

    /** Takes the next number. */
    public void add(double value) {
      if (Double.isNaN(value)) {
        broken = true;
      } else if (value > largest) {
        // the sum of exp(x - largest), moved to the new largest
        sum = sum * Math.exp(largest - value) + 1;
        second = largest;
        largest = value;
      } else {
        sum += Math.exp(value - largest);
        second = Math.max(second, value);
      }
    }

    /** How sure the row is; NaN when it has no numbers or one of them is NaN. */
    public double confidence(Statistic statistic) {
      if (broken || largest == Double.NEGATIVE_INFINITY) {
        return Double.NaN;
      }
      boolean alone = second == Double.NEGATIVE_INFINITY;
      return switch (statistic) {
        case LARGEST -> largest;
        case MARGIN -> alone ? largest : largest - second;
        case LARGEST_OF_SOFTMAX -> 1 / sum;
        case MARGIN_OF_SOFTMAX -> alone ? 1 : (1 - Math.exp(second - largest)) / sum;
      };
    }
  }

  /** Whether an answer with this confidence is held back; one that cannot be read is. */
  public boolean holdsBack(double confidence) {
    return !(confidence >= threshold);
  }
}
