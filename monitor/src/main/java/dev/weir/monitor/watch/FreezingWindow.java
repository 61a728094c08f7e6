package dev.weir.monitor.watch;

import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.Reference;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The first rows of a version's live data, of which a reference is made. Its features are the
 * columns of the first input, named {@code x[3]}, further inputs of one column, the predictions and
 * the confidences. Text with many values tells nothing and is left out. 8 bytes a value while it
 * lasts, of 64 features at most. Single writer.
 */
final class FreezingWindow {
  private static final int MOST_FEATURES = 64;
  private static final int LEAST_ROWS = 1_000;
  private static final int LEAST_VALUES = 100;
  private static final int MOST_CATEGORIES = 256;
  private static final int VALUES_A_CATEGORY = 10;
  private static final int GRID = 200;

  private final Instant begun;
  private final WatchConfig config;
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private boolean knowsInputs;

  /** Nothing seen. */
  FreezingWindow(WatchConfig config, Instant begun) {
    this.config = config;
    this.begun = begun;
  }

  /** Takes a sample. */
  void observe(Sample sample) {
    if (!knowsInputs && sample.getInputsCount() > 0) {
      inputs(sample.getInputsList());
      knowsInputs = true;
    }
    var inputs = new SampleInputs(sample);
    columns.forEach((name, column) -> {
      if (column.index >= 0) {
        inputs.read(name, column.index, column.numeric, column);
      }
    });
    if (sample.getPredictedClassesCount() > 0) {
      Column predicted = output(VersionWatch.PREDICTION, false);
      sample.getPredictedClassesList().forEach(predicted::category);
    } else if (sample.getPredictedValuesCount() > 0) {
      Column predicted = output(VersionWatch.PREDICTION, true);
      sample.getPredictedValuesList().forEach(predicted::number);
    }
    if (sample.getConfidencesCount() > 0) {
      Column confidence = output(VersionWatch.CONFIDENCE, true);
      sample.getConfidencesList().forEach(confidence::number);
    }
  }

  private Column output(String name, boolean numeric) {
    return columns.computeIfAbsent(name, n -> new Column(-1, numeric, config.frozenRows()));
  }

  private void inputs(List<SampleTensor> tensors) {
    int most = Math.min(MOST_FEATURES, config.maxFeatures()) - 2;
    for (int i = 0; i < tensors.size(); i++) {
      SampleTensor tensor = tensors.get(i);
      TensorValues values = TensorValues.of(tensor, 1);
      boolean numeric = !tensor.getDatatype().equals("BYTES");
      int width = values.rows() == 0 ? 0 : values.columns();
      for (int column = 0; column < width && columns.size() < most; column++) {
        if (width == 1) {
          columns.put(tensor.getName(), new Column(0, numeric, config.frozenRows()));
        } else if (i == 0) {
          columns.put(
              tensor.getName() + "[" + column + "]",
              new Column(column, numeric, config.frozenRows()));
        }
      }
    }
  }

  /** Rows so far. */
  int rows() {
    return columns.values().stream().mapToInt(Column::rows).max().orElse(0);
  }

  /** Whether there is enough. */
  boolean isComplete(Instant now) {
    int rows = rows();
    return rows >= config.frozenRows()
        || (rows >= LEAST_ROWS && !begun.plus(config.frozenAfter()).isAfter(now));
  }

  /** The reference that they make. */
  Reference reference() {
    Reference.Builder reference = Reference.newBuilder().setRows(rows());
    columns.forEach((name, column) -> column.reference(name).ifPresent(reference::addFeatures));
    return reference.build();
  }

  private static final class Column implements SampleInputs.Rows {
    private final int index;
    private final boolean numeric;
    private final int most;
    private final CategorySketch categories = new CategorySketch(MOST_CATEGORIES);
    private double[] numbers = new double[64];
    private int present;
    private int missing;

    Column(int index, boolean numeric, int most) {
      this.index = index;
      this.numeric = numeric;
      this.most = most;
    }

    int rows() {
      return present + missing;
    }

    @Override
    public void number(double value) {
      if (rows() >= most) {
        return;
      }
      if (!numeric) {
        category(TensorValues.category(value));
      } else if (Double.isFinite(value)) {
        if (present == numbers.length) {
          numbers = Arrays.copyOf(numbers, Math.min(most, 2 * present));
        }
        numbers[present++] = value;
      } else {
        missing++;
      }
    }

    @Override
    public void category(String value) {
      if (rows() < most) {
        if (numeric) {
          missing++;
        } else {
          categories.add(value);
          present++;
        }
      }
    }

    @Override
    public void missing() {
      if (rows() < most) {
        missing++;
      }
    }

    Optional<FeatureReference> reference(String name) {
      FeatureReference.Builder reference =
          FeatureReference.newBuilder()
              .setName(name)
              .setIndex(index)
              .setMissing((double) missing / Math.max(1, rows()));
      if (present < LEAST_VALUES) {
        return Optional.empty();
      }
      if (numeric) {
        double[] sorted = Arrays.copyOf(numbers, present);
        Arrays.sort(sorted);
        for (int i = 0; i <= GRID; i++) {
          reference.addQuantiles(sorted[Math.min(present - 1, (int) ((long) i * present / GRID))]);
        }
        return Optional.of(reference.build());
      }
      int distinct = categories.counts().size();
      if (categories.other() > 0 || distinct > present / VALUES_A_CATEGORY) {
        return Optional.empty();
      }
      categories
          .counts()
          .forEach((value, count) -> reference.putCategories(value, (double) count / present));
      return Optional.of(reference.build());
    }
  }
}
