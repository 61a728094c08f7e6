package dev.weir.monitor.why;

import dev.weir.proto.monitor.v1.Sample;
import java.util.Comparator;

/**
 * A version as a route serves it. In order of route, model, and age of the version.
 *
 * @param route route; empty for requests that came through none
 * @param model model
 * @param version version
 */
record WhyKey(String route, String model, String version) implements Comparable<WhyKey> {
  private static final Comparator<WhyKey> ORDER =
      Comparator.comparing(WhyKey::route)
          .thenComparing(WhyKey::model)
          // Decimal numbers without leading zeros.
          .thenComparing(key -> key.version().length())
          .thenComparing(WhyKey::version);

  static WhyKey of(Sample sample) {
    return new WhyKey(sample.getAssignment().getRoute(), sample.getModel(), sample.getVersion());
  }

  @Override
  public int compareTo(WhyKey other) {
    return ORDER.compare(this, other);
  }
}
