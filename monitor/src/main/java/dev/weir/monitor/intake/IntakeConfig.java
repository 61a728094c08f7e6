package dev.weir.monitor.intake;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;

/** Bounds of what is kept of what comes in. */
public record IntakeConfig(
    @Setting("Router processes whose place in their outcome stream is remembered, 1 to 100000.")
        int maxRouters,
    @Setting("Workers whose samples are put into slices, 1 to 100000.") int maxWorkers,
    @Setting("Length of a slice of samples, 10ms to 10s.") Duration sampleSlice,
    @Setting(
            "How long after a slice's end its samples are waited for, by the worker's own time, 0s to 1m; longer than an answer and its report take, shorter finds a bad canary sooner.")
        Duration sampleGrace,
    @Setting("Samples that wait for the end of their slice, 1 to 10000000.") int maxWaitingSamples,
    @Setting("Predictions that wait for their label, 1 to 10000000.") int maxPredictions,
    @Setting("Labels that wait for their prediction, 1 to 10000000.") int maxWaitingLabels,
    @Setting("Recent traces kept, 1 to 1000000.") int maxTraces,
    @Setting("Spans kept of one trace, 1 to 10000.") int maxSpansPerTrace,
    @Setting(
            "Traces kept beyond that because a verdict names them, and as many as examples of a mirror, 1 to 100000.")
        int maxPinnedTraces,
    @Setting("Metric series of which the newest value is kept, 1 to 1000000.") int maxMetricSeries,
    @Setting(
            "Newest errors kept of each service's log, 1 to 100000; of the 64 services heard last.")
        int maxLogsPerService,
    @Setting(
            "Collectors that get all OTLP that comes in, http://host:port, or https://host:port with tls.*; at most 8; none: nothing is forwarded.")
        List<String> forwardOtlp,
    @Setting(
            "Exports that wait for a collector, bytes for each of them, 1024 to 1000000000; then the oldest are dropped.")
        int maxForwardBytes,
    @Setting(
            "Units remembered for each business metric of a rollout, and numbers that wait for their request's sample, 1 to 10000000.")
        int maxBusinessUnits) {
  private static final int MAX_COLLECTORS = 8;
  private static final String COLLECTOR_RULE = "http://host:port or https://host:port";

  public IntakeConfig {
    Check.inRange("maxRouters", maxRouters, 1, 100_000);
    Check.inRange("maxWorkers", maxWorkers, 1, 100_000);
    Check.inRange("sampleSlice", sampleSlice, Duration.ofMillis(10), Duration.ofSeconds(10));
    Check.inRange("sampleGrace", sampleGrace, Duration.ZERO, Duration.ofMinutes(1));
    Check.inRange("maxWaitingSamples", maxWaitingSamples, 1, 10_000_000);
    Check.inRange("maxPredictions", maxPredictions, 1, 10_000_000);
    Check.inRange("maxWaitingLabels", maxWaitingLabels, 1, 10_000_000);
    Check.inRange("maxTraces", maxTraces, 1, 1_000_000);
    Check.inRange("maxSpansPerTrace", maxSpansPerTrace, 1, 10_000);
    Check.inRange("maxPinnedTraces", maxPinnedTraces, 1, 100_000);
    Check.inRange("maxMetricSeries", maxMetricSeries, 1, 1_000_000);
    Check.inRange("maxLogsPerService", maxLogsPerService, 1, 100_000);
    forwardOtlp = List.copyOf(forwardOtlp);
    Check.inRange("forwardOtlp count", forwardOtlp.size(), 0, MAX_COLLECTORS);
    forwardOtlp.forEach(IntakeConfig::collector);
    Check.inRange("maxForwardBytes", maxForwardBytes, 1_024, 1_000_000_000);
    Check.inRange("maxBusinessUnits", maxBusinessUnits, 1, 10_000_000);
  }

  private static void collector(String endpoint) {
    try {
      var address = new URI(endpoint);
      boolean known = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      boolean bare =
          address.getUserInfo() == null
              && address.getQuery() == null
              && address.getPath() != null
              && (address.getPath().isEmpty() || address.getPath().equals("/"));
      if (known && bare && address.getHost() != null && address.getPort() > 0) {
        return;
      }
    } catch (URISyntaxException e) {
      throw new InvalidValueException("forwardOtlp", endpoint, COLLECTOR_RULE);
    }
    throw new InvalidValueException("forwardOtlp", endpoint, COLLECTOR_RULE);
  }

  /** Bounds that suit a few thousand requests a second in a 512 MiB heap. */
  public static IntakeConfig defaults() {
    return new IntakeConfig(
        1_024,
        1_024,
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        200_000,
        100_000,
        100_000,
        5_000,
        64,
        1_000,
        20_000,
        200,
        List.of(),
        16 << 20,
        100_000);
  }
}
