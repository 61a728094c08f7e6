package dev.weir.monitor.watch;

import dev.weir.monitor.alert.Finding;
import java.util.List;
import java.util.Optional;

/**
 * What is known about a live version. Immutable.
 *
 * @param rows rows of predictions seen since the watch began
 * @param lateRows of these, came after their window had ended
 * @param logThreshold where a detector alarms, natural logarithm
 * @param joint the inputs that are numbers, together; empty: not two windows yet
 * @param discovery which detectors were to be believed together when one last alarmed; empty: none
 *     alarmed lately
 * @param requestIds whether they come again
 * @param features inputs in the reference's order, then predictions
 */
record VersionView(
    String route,
    String model,
    String version,
    long rows,
    long lateRows,
    double logThreshold,
    Optional<JointWatch.Panel> joint,
    Optional<Discovery> discovery,
    RequestIds requestIds,
    List<Feature> features) {
  /**
   * Request ids.
   *
   * @param requests with an id since the detector began or last alarmed
   * @param repeated of these, had an id that came lately
   * @param alarms that are on
   */
  record RequestIds(long requests, long repeated, List<Finding> alarms) {}

  /**
   * One feature.
   *
   * @param numeric numbers, or else categories
   * @param logEvidence of its drift detector; negative infinity: nothing seen
   * @param values that the detector has seen since it began or last alarmed
   * @param alarms that are on
   * @param panel distances of the newest window with enough in it; empty: nothing seen
   * @param histogram of the same window
   * @param windows that ended, oldest first
   */
  record Feature(
      String name,
      boolean numeric,
      double logEvidence,
      long values,
      List<Finding> alarms,
      Optional<Panel> panel,
      Optional<Panel.Histogram> histogram,
      List<VersionWatch.WindowPanel> windows) {}
}
