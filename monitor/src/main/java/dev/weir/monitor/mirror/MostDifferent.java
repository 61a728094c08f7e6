package dev.weir.monitor.mirror;

import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutputDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * A few pairs whose answers differ most: those of another form first, then by the share of rows
 * with another label, then those with a trace, which can be looked at, then by relative and
 * absolute difference. Of a pair the output that differs most counts, rather a floating-point one,
 * since the distance of two classes means nothing. Of equal pairs the first stay, so that they
 * change ever more seldom. Single writer.
 */
final class MostDifferent {
  private static final Comparator<OutputDifference> OUTPUTS =
      Comparator.comparingDouble(MostDifferent::disagreeing)
          .thenComparing(MostDifferent::isFloating)
          .thenComparingDouble(OutputDifference::getMaxRelativeDifference)
          .thenComparingDouble(OutputDifference::getMaxAbsoluteDifference);

  private static final Comparator<MirrorView.Differing> PAIRS =
      Comparator.<MirrorView.Differing>comparingInt(pair -> pair.unlikeOutputs().size())
          .thenComparingDouble(pair -> share(pair.rows() - pair.rowsAgreeing(), pair.rows()))
          .thenComparing(pair -> pair.request().isTraced())
          .thenComparingDouble(MirrorView.Differing::relative)
          .thenComparingDouble(MirrorView.Differing::absolute);

  private final int most;
  private final List<MirrorView.Differing> pairs = new ArrayList<>();

  MostDifferent(int most) {
    this.most = most;
  }

  /** Takes a compared pair; whether it is one of the most different now. */
  boolean add(MirrorPair pair, MirrorView.Request request) {
    OutputDifference output =
        pair.getOutputsList().stream().max(OUTPUTS).orElse(OutputDifference.getDefaultInstance());
    boolean same =
        pair.getUnlikeOutputsCount() == 0
            && output.getRowsAgreeing() == output.getRows()
            && output.getMaxRelativeDifference() == 0
            && output.getMaxAbsoluteDifference() == 0;
    if (same) {
      return false;
    }
    var differing =
        new MirrorView.Differing(
            request,
            List.copyOf(pair.getUnlikeOutputsList()),
            output.getName(),
            output.getRows(),
            output.getRowsAgreeing(),
            output.getMaxAbsoluteDifference(),
            output.getMaxRelativeDifference());
    if (pairs.size() >= most) {
      if (PAIRS.compare(differing, pairs.getLast()) <= 0) {
        return false;
      }
      pairs.removeLast();
    }
    pairs.add(differing);
    pairs.sort(PAIRS.reversed());
    return true;
  }

  /** Forgets some; whether there were any. */
  boolean forget(Predicate<MirrorView.Request> which) {
    return pairs.removeIf(pair -> which.test(pair.request()));
  }

  List<MirrorView.Differing> view() {
    return List.copyOf(pairs);
  }

  private static double disagreeing(OutputDifference output) {
    return share(output.getRows() - output.getRowsAgreeing(), output.getRows());
  }

  private static boolean isFloating(OutputDifference output) {
    return output.getDatatype().startsWith("FP") || output.getDatatype().equals("BF16");
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
