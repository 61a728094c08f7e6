package dev.weir.monitor.guardrail;

import dev.weir.proto.route.v1.Verdict;
import java.util.List;

/**
 * What the monitor knows about a rollout, for the dashboard. Immutable.
 *
 * @param verdict what the evidence says now, or said when it decided
 * @param guardrails names, in the order of each point's numbers
 * @param history how the evidence grew
 */
public record RolloutView(Verdict verdict, List<String> guardrails, List<Point> history) {
  /**
   * One moment.
   *
   * @param epochMillis when
   * @param logE log evidence of each guardrail, then of all together
   * @param logEWithin log evidence of each guardrail that it holds
   */
  public record Point(long epochMillis, List<Double> logE, List<Double> logEWithin) {}
}
