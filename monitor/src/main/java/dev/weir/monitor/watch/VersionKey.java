package dev.weir.monitor.watch;

import dev.weir.proto.monitor.v1.Sample;
import java.util.Map;

/**
 * A version as a route serves it.
 *
 * @param route route; empty for requests that came through none
 */
record VersionKey(String route, String model, String version) {
  static VersionKey of(Sample sample) {
    return new VersionKey(
        sample.getAssignment().getRoute(), sample.getModel(), sample.getVersion());
  }

  Map<String, String> labels() {
    return Map.of("route", route, "model", model, "version", version);
  }
}
