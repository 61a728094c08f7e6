package dev.weir.monitor.dashboard;

import java.util.List;
import java.util.Map;

/**
 * All that the page shows at one moment.
 *
 * @param at milliseconds since 1970
 * @param instance this monitor
 * @param health each part of this monitor with "ready" or what is wrong
 * @param revision snapshot that it works on; 0: none yet
 * @param jaegerUrl page of a trace with {trace} where the id goes; empty: none
 * @param rollouts the active ones first, then the finished ones, newest first
 */
record MonitorState(
    long at,
    String instance,
    Map<String, String> health,
    long revision,
    FleetState fleet,
    List<RouteState> routes,
    List<RolloutStateView> rollouts,
    Intake intake,
    String jaegerUrl) {
  /**
   * What comes in.
   *
   * @param perSecond rates over ten seconds, by event
   * @param totals since the start, by event
   * @param traces traces held
   * @param waitingSamples samples that wait for the end of their slice
   * @param verdictsSent verdicts that the registry took
   * @param verdictsFailed calls to it that failed
   * @param pages pages that are pushed to
   * @param pagesCutOff pages cut off because they were too slow
   */
  record Intake(
      Map<String, Double> perSecond,
      Map<String, Long> totals,
      int traces,
      int waitingSamples,
      long verdictsSent,
      long verdictsFailed,
      int pages,
      long pagesCutOff) {}
}
