package dev.weir.monitor.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Events a second over the last ten seconds, from running totals. Not thread-safe. */
final class IntakeRates {
  private static final long WINDOW_NANOS = 10_000_000_000L;

  private record Moment(long nanos, Map<String, Long> totals) {}

  private final Deque<Moment> moments = new ArrayDeque<>();

  /** Takes the totals at a moment and gives the rates up to it. */
  Map<String, Double> perSecond(long nowNanos, Map<String, Long> totals) {
    while (moments.size() > 1 && nowNanos - moments.getFirst().nanos() > WINDOW_NANOS) {
      moments.removeFirst();
    }
    moments.addLast(new Moment(nowNanos, totals));
    Moment first = moments.getFirst();
    double seconds = (nowNanos - first.nanos()) / 1e9;
    var rates = new LinkedHashMap<String, Double>();
    totals.forEach((word, total) ->
        rates.put(
            word, seconds <= 0 ? 0 : (total - first.totals().getOrDefault(word, total)) / seconds));
    return rates;
  }
}
