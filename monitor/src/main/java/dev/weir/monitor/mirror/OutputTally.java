package dev.weir.monitor.mirror;

import dev.weir.proto.monitor.v1.OutputDifference;

/** One output's differences, added up. Single writer. */
final class OutputTally {
  private final DifferenceSketch absolute = new DifferenceSketch();
  private final DifferenceSketch relative = new DifferenceSketch();
  private String datatype = "";
  private long rows;
  private long rowsAgreeing;

  void add(OutputDifference difference) {
    datatype = difference.getDatatype();
    rows += difference.getRows();
    rowsAgreeing += difference.getRowsAgreeing();
    absolute.add(difference.getMaxAbsoluteDifference());
    relative.add(difference.getMaxRelativeDifference());
  }

  MirrorView.Output view(String name) {
    return new MirrorView.Output(
        name, datatype, rows, rowsAgreeing, spread(absolute), spread(relative));
  }

  private static MirrorView.Spread spread(DifferenceSketch sketch) {
    return new MirrorView.Spread(sketch.quantile(0.5), sketch.quantile(0.99), sketch.largest());
  }
}
