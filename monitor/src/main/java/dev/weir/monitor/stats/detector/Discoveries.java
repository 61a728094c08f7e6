package dev.weir.monitor.stats.detector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which of several detectors to believe when they are looked at together. */
public final class Discoveries {
  private Discoveries() {}

  /**
   * Bonferroni for e-detectors: each one's threshold is the run length times their number. Then all
   * of them together raise a false alarm at most once in {@code runLength} observations on average.
   *
   * @param runLength at least 1
   * @param detectors at least 1
   * @return natural logarithm of the threshold
   */
  public static double logThreshold(double runLength, int detectors) {
    return Math.log(runLength) + Math.log(detectors);
  }

  /**
   * The e-BH procedure (Wang and Ramdas, J. R. Statist. Soc. B 84, 2022) on e-detectors at one
   * moment: the k largest are named when the k-th reaches {@code runLength d/k}. Error over
   * patience, not false discovery rate (arXiv 2501.04130). To name the guilty ones beside the one
   * that alarmed.
   *
   * @param logEvidence of each of the d detectors
   * @param runLength at least 1
   * @return places of those named
   */
  public static Set<Integer> benjaminiHochberg(List<Double> logEvidence, double runLength) {
    var order = new ArrayList<Integer>();
    for (int i = 0; i < logEvidence.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble((Integer i) -> logEvidence.get(i)).reversed());
    int named = 0;
    for (int k = 1; k <= order.size(); k++) {
      double threshold = Math.log(runLength) + Math.log((double) order.size() / k);
      if (logEvidence.get(order.get(k - 1)) >= threshold) {
        named = k;
      }
    }
    return new HashSet<>(order.subList(0, named));
  }
}
