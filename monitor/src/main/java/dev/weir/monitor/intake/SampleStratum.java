package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Sample;

/**
 * Which samples are alike when some have to go.
 *
 * @param population of whom: a rollout's id for all of its units, both arms together, because
 *     whether a unit goes must not depend on its arm; else "model/version"
 * @param answer class of the first row, at most 64 characters; "" without one
 */
record SampleStratum(String population, String answer) {
  private static final int LONGEST = 64;

  /** Where answers go when a slice has too many different ones. */
  static final String OTHER = "other";

  static SampleStratum of(Sample sample) {
    return new SampleStratum(
        population(sample),
        sample.getPredictedClassesCount() == 0 ? "" : cut(sample.getPredictedClasses(0)));
  }

  private static String population(Sample sample) {
    String rollout = sample.getAssignment().getRolloutId();
    return rollout.isEmpty() ? version(sample) : cut(rollout);
  }

  /** "model/version". */
  static String version(Sample sample) {
    return cut(sample.getModel()) + "/" + cut(sample.getVersion());
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }
}
