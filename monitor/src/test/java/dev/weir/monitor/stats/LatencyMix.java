package dev.weir.monitor.stats;

import dev.weir.platform.outcome.LatencyScale;
import java.util.function.DoubleUnaryOperator;

/** A latency distribution on a few points, cheap to draw many requests from. */
record LatencyMix(double[] nanos, double[] probabilities) {
  /** Log-normal with median 10 ms and 99th percentile 50 ms, cut into this many points. */
  static LatencyMix logNormal(int points) {
    var nanos = new double[points];
    var probabilities = new double[points];
    double low = -4;
    double width = 8.0 / points;
    double sum = 0;
    for (int i = 0; i < points; i++) {
      double z = low + (i + 0.5) * width;
      nanos[i] = 10e6 * Math.exp(SIGMA * z);
      probabilities[i] = Math.exp(-z * z / 2);
      sum += probabilities[i];
    }
    for (int i = 0; i < points; i++) {
      probabilities[i] /= sum;
    }
    return new LatencyMix(nanos, probabilities);
  }

  /** {@code ln 5 / 2.3263}: the 99th percentile is five times the median. */
  static final double SIGMA = Math.log(5) / 2.3263478740408408;

  /** Draws requests, their latencies changed by a function, errors left unanswered. */
  LatencyHistogram draw(Simulated random, long requests, long errors, DoubleUnaryOperator change) {
    var histogram = new LatencyHistogram();
    long[] counts = random.multinomial(requests - errors, probabilities);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        histogram.add(LatencyScale.bucketOf((long) change.applyAsDouble(nanos[i])), counts[i]);
      }
    }
    histogram.addUnanswered(errors);
    return histogram;
  }
}
