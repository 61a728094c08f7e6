package dev.weir.monitor.why;

import dev.weir.proto.monitor.v1.Sample;

/**
 * A version as a route serves it.
 *
 * @param route route; empty for requests that came through none
 * @param model model
 * @param version version
 */
record WhyKey(String route, String model, String version) {
  static WhyKey of(Sample sample) {
    return new WhyKey(sample.getAssignment().getRoute(), sample.getModel(), sample.getVersion());
  }
}
