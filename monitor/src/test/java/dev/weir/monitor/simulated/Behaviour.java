package dev.weir.monitor.simulated;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How a simulated version answers.
 *
 * @param errorRate share of requests that fail
 * @param medianMillis median latency of a log-normal with sigma 0.5
 * @param classShares share of each class "0", "1" ...
 */
public record Behaviour(double errorRate, double medianMillis, List<Double> classShares) {
  /** Few errors, 4 ms, two classes about as frequent. */
  public static final Behaviour SOUND = new Behaviour(0.002, 4, List.of(0.47, 0.53));

  public Behaviour withErrors(double rate) {
    return new Behaviour(rate, medianMillis, classShares);
  }

  public Behaviour withMedianMillis(double millis) {
    return new Behaviour(errorRate, millis, classShares);
  }

  public Behaviour withClasses(Double... shares) {
    return new Behaviour(errorRate, medianMillis, List.of(shares));
  }

  boolean fails(RandomGenerator random) {
    return random.nextDouble() < errorRate;
  }

  long latencyNanos(RandomGenerator random) {
    return (long) (medianMillis * 1e6 * Math.exp(0.5 * random.nextGaussian()));
  }

  String predictedClass(RandomGenerator random) {
    double left = random.nextDouble();
    for (int c = 0; c < classShares.size(); c++) {
      left -= classShares.get(c);
      if (left < 0) {
        return Integer.toString(c);
      }
    }
    return Integer.toString(classShares.size() - 1);
  }
}
