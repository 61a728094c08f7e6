package dev.weir.monitor.stats;

/**
 * A measure of quality that is no mean of one number per unit, turned round so that 0 is best and 1
 * worst: its badness B. For every f, "B is at most f" is the same as "the mean of {@link #weight}
 * is at most 0", where the weight of an event falls as f grows. That makes it testable by bets on
 * means.
 *
 * <p>Events, by number:
 *
 * <table>
 *   <caption>What is counted</caption>
 *   <tr><td>PRECISION</td><td>0 true positive, 1 false positive</td></tr>
 *   <tr><td>F1</td><td>0 true positive, 1 false positive or false negative</td></tr>
 *   <tr><td>AUC</td><td>a pair of a positive and a negative unit of one arm: 0 the positive has the
 *       higher score, 1 the same, 2 the lower</td></tr>
 *   <tr><td>RMSE</td><td>level k of the absolute error over its largest value</td></tr>
 * </table>
 */
public enum Measure {
  /** 1 - TP/(TP + FP): the mean of a false positive's 1 over predicted positives. */
  PRECISION(2) {
    @Override
    double weight(int event, double f) {
      return event - f;
    }
  },
  /** 1 - 2 TP/(2 TP + FP + FN) is at most f when {@code (1 - f) (FP + FN) <= 2 f TP}. */
  F1(2) {
    @Override
    double weight(int event, double f) {
      return event == 0 ? -2 * f : 1 - f;
    }
  },
  /** 1 - the probability that a positive unit scores above a negative one, ties half. */
  AUC(3) {
    @Override
    double weight(int event, double f) {
      return event / 2.0 - f;
    }
  },
  /** Root of the mean square of e/scale: at most f when the mean square is at most f squared. */
  RMSE(MeanTest.Parameters.FINE) {
    @Override
    double weight(int event, double f) {
      double error = (double) event / (events() - 1);
      return error * error - f * f;
    }
  };

  private final int events;

  Measure(int events) {
    this.events = events;
  }

  /** Kinds of events. */
  public int events() {
    return events;
  }

  /**
   * What an event weighs in the statement "the badness is at most f".
   *
   * @param f 0 to 1
   */
  abstract double weight(int event, double f);

  /** Observed badness; NaN when there are no events. */
  double badness(long[] counts) {
    double low = 0;
    double high = 1;
    if (MeasureTest.sum(counts) == 0) {
      return Double.NaN;
    }
    for (int i = 0; i < 50; i++) {
      double f = (low + high) / 2;
      double sum = 0;
      for (int event = 0; event < events; event++) {
        sum += counts[event] * weight(event, f);
      }
      if (sum > 0) {
        low = f;
      } else {
        high = f;
      }
    }
    return (low + high) / 2;
  }
}
