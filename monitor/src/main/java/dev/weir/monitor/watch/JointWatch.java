package dev.weir.monitor.watch;

import dev.weir.monitor.stats.distance.MeanDiscrepancy;
import dev.weir.monitor.stats.distance.Separability;
import dev.weir.monitor.stats.sketch.RowReservoir;
import dev.weir.proto.monitor.v1.Sample;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The numbers of a version's inputs together. A reference says nothing of how features go together,
 * so the first window with enough rows is frozen, and later ones are compared with it. Describes,
 * never triggers. A number is taken as its place in its own reference, 0 to 1; a missing one as one
 * half. Of a sample the first row is taken. Single writer.
 */
final class JointWatch {
  private static final int MOST_ROWS = 250;
  private static final int ENOUGH_ROWS = 200;
  private static final int MOST_COLUMNS = 64;

  private final List<FeatureWatch> columns;
  private final RandomGenerator random;
  private RowReservoir open;
  private double[][] frozen = new double[0][];
  private long frozenMillis;
  private Optional<Panel> newest = Optional.empty();

  /**
   * How far the newest window is from the frozen one.
   *
   * @param frozenMillis when the frozen window began, since 1970
   * @param startMillis when the newest window began
   * @param rows compared of the newest window
   * @param columns features that were compared together
   * @param area how well a classifier tells the windows apart: 0.5 not at all, 1 always
   * @param areaP p-value of the area in one look
   * @param meanDiscrepancy squared maximum mean discrepancy; about 0 without a difference
   */
  record Panel(
      long frozenMillis,
      long startMillis,
      long rows,
      int columns,
      double area,
      double areaP,
      double meanDiscrepancy) {}

  /** Takes those inputs that are numbers, the first 64 of them. */
  JointWatch(List<FeatureWatch> inputs, RandomGenerator random) {
    this.columns = inputs.stream().filter(FeatureWatch::isNumeric).limit(MOST_COLUMNS).toList();
    this.random = random;
    this.open = new RowReservoir(MOST_ROWS, random);
  }

  /** Takes a sample; most of them are not even read. */
  void observe(Sample sample, SampleInputs inputs) {
    if (columns.size() < 2 || sample.getInputsCount() == 0) {
      return;
    }
    int place = open.next();
    if (place >= 0) {
      var row = new double[columns.size()];
      for (int i = 0; i < row.length; i++) {
        FeatureWatch feature = columns.get(i);
        row[i] = feature.place(inputs.first(feature.name(), feature.index()));
      }
      open.put(place, row);
    }
  }

  /** Ends the open window. */
  void closeWindow(long startMillis) {
    double[][] rows = open.rows();
    open = new RowReservoir(MOST_ROWS, random);
    if (rows.length < ENOUGH_ROWS) {
      return;
    }
    if (frozen.length == 0) {
      frozen = rows;
      frozenMillis = startMillis;
      return;
    }
    Separability separability = Separability.of(frozen, rows);
    newest =
        Optional.of(
            new Panel(
                frozenMillis,
                startMillis,
                rows.length,
                columns.size(),
                separability.area(),
                separability.pValue(),
                MeanDiscrepancy.squared(frozen, rows)));
  }

  /** The newest window's; empty: there were not two windows with enough rows and columns. */
  Optional<Panel> newest() {
    return newest;
  }
}
