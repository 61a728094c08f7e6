package dev.weir.monitor.guardrail;

import java.util.ArrayList;
import java.util.List;

/**
 * How a rollout's evidence grew, for the chart: at most 600 points, thinned by half when full, so
 * that it covers any time at a resolution that fits a screen. In memory only. Mutable, single
 * writer.
 */
final class EvidenceHistory {
  private static final int MAX_POINTS = 600;

  /**
   * One moment.
   *
   * @param epochMillis when
   * @param logE of each guardrail in the plan's order, then the release's
   * @param logEWithin of each guardrail, evidence that it holds
   */
  record Point(long epochMillis, List<Double> logE, List<Double> logEWithin) {}

  private final List<Point> points = new ArrayList<>();
  private long spacingMillis = 1_000;

  /** Adds a moment unless the last one is too near. */
  void add(Point point) {
    if (!points.isEmpty() && point.epochMillis() - points.getLast().epochMillis() < spacingMillis) {
      return;
    }
    points.add(point);
    if (points.size() > MAX_POINTS) {
      spacingMillis *= 2;
      for (int i = points.size() - 2; i >= 1; i -= 2) {
        points.remove(i);
      }
    }
  }

  List<Point> points() {
    return List.copyOf(points);
  }
}
