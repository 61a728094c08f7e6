package dev.weir.monitor.labelling;

import dev.weir.monitor.inspect.Inspected;
import dev.weir.proto.monitor.v1.Sample;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A prediction that may be worth a label. Holds nothing of its inputs. Immutable.
 *
 * @param requestId the request
 * @param unit the unit it was drawn for; 0: none
 * @param predicted class or number of the first row
 * @param uncertain 0 to 1: one minus the margin between the two most probable classes, or one minus
 *     the confidence where probabilities are not known (B. Settles, "Active Learning Literature
 *     Survey", 2009, section 3.1: margin and least confident)
 * @param unusual features with a value that the reference does not have
 * @param disagreeing the shadow version answered otherwise
 */
record Candidate(
    String requestId,
    long unit,
    String route,
    String model,
    String version,
    String predicted,
    double uncertain,
    List<String> unusual,
    boolean disagreeing,
    long atMillis,
    String traceId) {
  /** Those most worth a label first; of equals the newest. */
  static final Comparator<Candidate> ORDER =
      Comparator.comparingDouble(Candidate::score)
          .thenComparingLong(Candidate::atMillis)
          .reversed()
          .thenComparing(Candidate::requestId);

  static Candidate of(Inspected inspected) {
    Sample sample = inspected.sample();
    return new Candidate(
        sample.getRequestId(),
        sample.getAssignment().getUnit(),
        sample.getAssignment().getRoute(),
        sample.getModel(),
        sample.getVersion(),
        sample.getPredictedClassesCount() > 0
            ? sample.getPredictedClasses(0)
            : Double.toString(sample.getPredictedValues(0)),
        uncertain(sample),
        inspected.unusual(),
        false,
        sample.getAt().getSeconds() * 1_000 + sample.getAt().getNanos() / 1_000_000,
        sample.getTraceId());
  }

  private static double uncertain(Sample sample) {
    if (sample.getProbabilitiesCount() >= 2) {
      double[] sorted =
          IntStream.range(0, sample.getProbabilitiesCount())
              .mapToDouble(sample::getProbabilities)
              .sorted()
              .toArray();
      return share(1 - (sorted[sorted.length - 1] - sorted[sorted.length - 2]));
    }
    return sample.getConfidencesCount() > 0 ? share(1 - sample.getConfidences(0)) : 0;
  }

  /** What is no number is as uncertain as can be. */
  private static double share(double value) {
    return Double.isNaN(value) ? 1 : Math.clamp(value, 0, 1);
  }

  /** 0 to 3: how uncertain, one more for unusual inputs, one more for a shadow that disagrees. */
  double score() {
    return uncertain + (unusual.isEmpty() ? 0 : 1) + (disagreeing ? 1 : 0);
  }

  Candidate withDisagreement() {
    return new Candidate(
        requestId, unit, route, model, version, predicted, uncertain, unusual, true, atMillis,
        traceId);
  }
}
