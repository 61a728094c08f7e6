package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The mean of each business metric for each variant, since the monitor began: to be looked at, no
 * evidence. Bounded. Thread-safe.
 */
public final class BusinessBoard {
  private static final int MAX_LINES = 1_024;

  private record Key(String metric, String route, String variant) {}

  /**
   * A metric of a variant.
   *
   * @param metric metric's name
   * @param route route
   * @param variant variant's name
   * @param count numbers reported
   * @param mean their mean
   * @param withUnit how many points named a unit: only those can be evidence for a guardrail
   */
  public record Line(
      String metric, String route, String variant, long count, double mean, long withUnit) {}

  private static final class Totals {
    double sum;
    long count;
    long withUnit;
  }

  @GuardedBy("this")
  private final LinkedHashMap<Key, Totals> totals = new LinkedHashMap<>(16, 0.75f, true);

  /** Empty. */
  public BusinessBoard() {}

  synchronized void add(BusinessPoint point) {
    if (point.count() <= 0 || !Double.isFinite(point.sum())) {
      return;
    }
    Totals of =
        totals.computeIfAbsent(
            new Key(point.metric(), point.route(), point.variant()), key -> new Totals());
    of.sum += point.sum();
    of.count += point.count();
    of.withUnit += point.hasUnit() ? 1 : 0;
    if (totals.size() > MAX_LINES) {
      totals.pollFirstEntry();
    }
  }

  /** All of them, the one heard last at the end. */
  public synchronized List<Line> lines() {
    var lines = new ArrayList<Line>();
    totals.forEach((key, of) ->
        lines.add(
            new Line(
                key.metric(),
                key.route(),
                key.variant(),
                of.count,
                of.sum / of.count,
                of.withUnit)));
    return lines;
  }
}
