package dev.weir.monitor.watch;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import java.util.HashMap;
import java.util.Map;

/**
 * A sample's inputs as features: a feature is the tensor of its name, or else a column of the first
 * tensor. Single writer.
 */
final class SampleInputs {
  private static final int MAX_ROWS = 1_024;

  private final Sample sample;
  private final Map<String, TensorValues> tensors = new HashMap<>();

  SampleInputs(Sample sample) {
    this.sample = sample;
  }

  /** Takes the values of a feature, a row at a time. */
  interface Rows {
    /** A number; NaN for text that is none. */
    void number(double value);

    /** A category. */
    void category(String value);

    /** No value. */
    void missing();
  }

  /**
   * Hands out a feature's value of each row; of a sample without inputs there is none.
   *
   * @param index place in the last dimension, at least 0
   * @param numeric numbers, else categories
   */
  void read(String feature, int index, boolean numeric, Rows rows) {
    if (sample.getInputsCount() == 0) {
      return;
    }
    SampleTensor tensor = tensorOf(feature);
    TensorValues values = valuesOf(tensor);
    int column = tensor.getName().equals(feature) ? 0 : index;
    boolean there = column < values.columns();
    for (int row = 0; row < values.rows(); row++) {
      if (!there) {
        rows.missing();
      } else if (numeric) {
        rows.number(values.number(row, column));
      } else {
        rows.category(values.text(row, column));
      }
    }
  }

  /** A feature's number in the first row; NaN when there is none. */
  double first(String feature, int index) {
    if (sample.getInputsCount() == 0) {
      return Double.NaN;
    }
    SampleTensor tensor = tensorOf(feature);
    TensorValues values = valuesOf(tensor);
    int column = tensor.getName().equals(feature) ? 0 : index;
    return values.rows() > 0 && column < values.columns() ? values.number(0, column) : Double.NaN;
  }

  private TensorValues valuesOf(SampleTensor tensor) {
    return tensors.computeIfAbsent(tensor.getName(), name -> TensorValues.of(tensor, MAX_ROWS));
  }

  private SampleTensor tensorOf(String feature) {
    for (SampleTensor tensor : sample.getInputsList()) {
      if (tensor.getName().equals(feature)) {
        return tensor;
      }
    }
    return sample.getInputs(0);
  }
}
