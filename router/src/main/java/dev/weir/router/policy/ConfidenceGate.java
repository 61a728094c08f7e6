package dev.weir.router.policy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.router.wire.OutputTensor;

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

  /**
   * How sure an answer is: that of its least sure row; NaN when a row cannot be read. Infinite when
   * the answer does not have the output, in FP32 or FP64: then the gate says nothing.
   */
  public double confidence(ModelInferResponse answer) {
    OutputTensor tensor = OutputTensor.of(answer, output);
    if (tensor == null
        || !(tensor.datatype().equals("FP32") || tensor.datatype().equals("FP64"))
        || !(tensor.elements() instanceof OutputTensor.Elements.Floating(var values))) {
      return Double.POSITIVE_INFINITY;
    }
    double least = Double.POSITIVE_INFINITY;
    int length = tensor.lastDimension();
    for (int from = 0; from < values.length; from += length) {
      var row = new Row();
      for (int i = 0; i < length; i++) {
        row.add(values[from + i]);
      }
      least = Math.min(least, row.confidence(statistic));
    }
    return least;
  }

  /**
   * Whether an answer is held back.
   *
   * @param answer serialised {@code ModelInferResponse}; one that is none is the worker's business
   */
  public boolean holdsBack(byte[] answer) {
    try {
      return holdsBack(confidence(ModelInferResponse.parseFrom(answer)));
    } catch (InvalidProtocolBufferException malformed) {
      return false;
    }
  }

  /** Whether an answer with this confidence is held back; one that cannot be read is. */
  public boolean holdsBack(double confidence) {
    return !(confidence >= threshold);
  }
}
