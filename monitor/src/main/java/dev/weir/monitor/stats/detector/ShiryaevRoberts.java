package dev.weir.monitor.stats.detector;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import java.util.Arrays;

/**
 * The mean of several Shiryaev-Roberts sums, each with its own way to bet. Layout: {@code float64}
 * for each sum.
 */
final class ShiryaevRoberts {
  /** A sum that is larger says nothing more: no run length is that long. */
  private static final double LARGEST = 1e100;

  private final double[] sums;

  ShiryaevRoberts(int bets) {
    this.sums = new double[bets];
  }

  /**
   * Takes an observation.
   *
   * @param bet which way to bet
   * @param factor what the bet multiplies, at least 0
   */
  void observe(int bet, double factor) {
    sums[bet] = Math.min(LARGEST, (sums[bet] + 1) * factor);
  }

  int bets() {
    return sums.length;
  }

  double mean() {
    double sum = 0;
    for (double each : sums) {
      sum += each;
    }
    return sum / sums.length;
  }

  /** The way to bet that has won most. */
  int strongest() {
    int best = 0;
    for (int i = 1; i < sums.length; i++) {
      best = sums[i] > sums[best] ? i : best;
    }
    return best;
  }

  void restart() {
    Arrays.fill(sums, 0);
  }

  void takeOver(ShiryaevRoberts other) {
    System.arraycopy(other.sums, 0, sums, 0, sums.length);
  }

  void writeTo(StateWriter out) {
    out.float64s(sums);
  }

  static ShiryaevRoberts readFrom(StateReader in, int bets) {
    var read = new ShiryaevRoberts(bets);
    System.arraycopy(in.float64s(bets), 0, read.sums, 0, bets);
    return read;
  }
}
