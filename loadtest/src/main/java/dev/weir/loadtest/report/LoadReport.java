package dev.weir.loadtest.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load test saw.
 *
 * @param seconds length of the test
 * @param requests requests that ended
 * @param byCode requests by gRPC status word
 * @param byVersion requests by the version that answered
 * @param retried requests that the router tried more than once
 * @param unsent of {@code requests}, those that the client's own bound on requests in flight kept
 *     from being sent
 * @param unanswered requests beside {@code requests} that had no answer, not even an error, when
 *     the test stopped waiting
 * @param firstFailure first message of each kind of failure
 * @param latencies of requests that ended OK, nanoseconds from the time each was due
 */
public record LoadReport(
    double seconds,
    long requests,
    Map<String, Long> byCode,
    Map<String, Long> byVersion,
    long retried,
    long unsent,
    long unanswered,
    Map<String, String> firstFailure,
    Histogram latencies) {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

  /** Share of all requests, the unanswered ones among them, that did not end OK, 0 to 1. */
  public double errorRate() {
    long due = requests + unanswered;
    return due == 0 ? 0 : 1 - (double) byCode.getOrDefault("OK", 0L) / due;
  }

  /** Latency at a percentile (0 to 100), milliseconds. */
  public double millisAt(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e6;
  }

  /** For the terminal. */
  public String text() {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "requests   %d in %.1f s (%.1f/s), failed %.3f %%, retried by the router %d\n",
            requests,
            seconds,
            requests / Math.max(seconds, 1e-9),
            errorRate() * 100,
            retried));
    text.append("status     ").append(byCode).append('\n');
    if (!byVersion.isEmpty()) {
      text.append("versions   ").append(byVersion).append('\n');
    }
    if (unsent > 0) {
      text.append("not sent   ")
          .append(unsent)
          .append(" (too many in flight: see --max-in-flight)\n");
    }
    if (unanswered > 0) {
      text.append("unanswered ").append(unanswered).append('\n');
    }
    text.append("latency ms");
    for (double percentile : PERCENTILES) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s %.2f",
              percentile == 100 ? "max" : word(percentile),
              millisAt(percentile)));
    }
    text.append("  (from the time each request was due)\n");
    firstFailure.forEach((code, message) ->
        text.append("first ").append(code).append(": ").append(message).append('\n'));
    return text.toString();
  }

  /** For machines. */
  public Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("seconds", seconds);
    json.put("requests", requests);
    json.put("errorRate", errorRate());
    json.put("byCode", byCode);
    json.put("byVersion", byVersion);
    json.put("retried", retried);
    json.put("unsent", unsent);
    json.put("unanswered", unanswered);
    var latency = new LinkedHashMap<String, Double>();
    for (double percentile : PERCENTILES) {
      latency.put(word(percentile), millisAt(percentile));
    }
    json.put("latencyMillis", latency);
    json.put("firstFailure", firstFailure);
    return json;
  }

  private static String word(double percentile) {
    return "p" + String.valueOf(percentile).replaceAll("\\.0$", "");
  }
}
