package dev.weir.router.balance;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of a version's workers stand out from their peers. A pure function. Compared are those that
 * had {@code minRequests} in the window, when there are {@code minWorkers} such:
 *
 * <ul>
 *   <li>errors: its share of errors is over that of the others together by {@code errorExcess}, and
 *       by three standard deviations of the difference;
 *   <li>latency: its mean is over the median of the others' means by {@code latencyFactor} times
 *       and by {@code latencySlack}.
 * </ul>
 *
 * Against peers and not against a fixed bound, because what all workers do alike is the version's
 * doing: a bad canary costs no worker. Not by standard deviations of the workers among each other:
 * among n of them none can be further than sqrt(n - 1) from the mean, so that of four none ever
 * stands out.
 */
final class OutlierRule {
  private static final double DEVIATIONS = 3;

  private OutlierRule() {}

  /**
   * @return for each sample why it stands out; null: it does not
   */
  static @Nullable EjectionReason[] judge(
      List<ReplicaWindow.Sample> samples, EjectionConfig config) {
    var verdicts = new @Nullable EjectionReason[samples.size()];
    int[] compared = new int[samples.size()];
    int count = 0;
    long requests = 0;
    long errors = 0;
    for (int i = 0; i < samples.size(); i++) {
      if (samples.get(i).requests() >= config.minRequests()) {
        compared[count++] = i;
        requests += samples.get(i).requests();
        errors += samples.get(i).errors();
      }
    }
    if (count < config.minWorkers()) {
      return verdicts;
    }
    for (int place = 0; place < count; place++) {
      ReplicaWindow.Sample one = samples.get(compared[place]);
      if (hasMoreErrors(one, requests - one.requests(), errors - one.errors(), config)) {
        verdicts[compared[place]] = EjectionReason.ERROR_RATE;
      } else if (isSlower(one, othersMedian(samples, compared, count, place), config)) {
        verdicts[compared[place]] = EjectionReason.LATENCY;
      }
    }
    return verdicts;
  }

  private static boolean hasMoreErrors(
      ReplicaWindow.Sample one, long othersRequests, long othersErrors, EjectionConfig config) {
    double excess = one.errorRate() - (double) othersErrors / othersRequests;
    double together = (double) (one.errors() + othersErrors) / (one.requests() + othersRequests);
    double deviation =
        Math.sqrt(together * (1 - together) * (1.0 / one.requests() + 1.0 / othersRequests));
    return excess > config.errorExcess() && excess > DEVIATIONS * deviation;
  }

  private static boolean isSlower(
      ReplicaWindow.Sample one, double othersMedianNanos, EjectionConfig config) {
    double mean = one.meanLatencyNanos();
    return config.latencyFactor() < 1_000
        && mean > othersMedianNanos * config.latencyFactor()
        && mean > othersMedianNanos + config.latencySlack().toNanos();
  }

  private static double othersMedian(
      List<ReplicaWindow.Sample> samples, int[] compared, int count, int place) {
    double[] means = new double[count - 1];
    int n = 0;
    for (int i = 0; i < count; i++) {
      if (i != place) {
        means[n++] = samples.get(compared[i]).meanLatencyNanos();
      }
    }
    Arrays.sort(means);
    return (means[(n - 1) / 2] + means[n / 2]) / 2;
  }
}
