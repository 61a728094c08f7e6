package dev.weir.monitor.stats.bound;

import java.util.function.DoubleUnaryOperator;

/** Where a function crosses zero, by halving: slow, and sure. */
final class Bisection {
  private static final int HALVINGS = 200;

  private Bisection() {}

  /**
   * A place where the function goes from under 0 to 0 or more.
   *
   * @param function under 0 at {@code under}, 0 or more at {@code over}; which is larger is free
   * @return the end at which the function is not under 0, next to one at which it is
   */
  static double crossing(DoubleUnaryOperator function, double under, double over) {
    double low = under;
    double high = over;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = low + (high - low) / 2;
      if (middle == low || middle == high) {
        break;
      }
      if (function.applyAsDouble(middle) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
