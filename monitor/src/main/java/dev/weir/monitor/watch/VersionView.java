package dev.weir.monitor.watch;

import dev.weir.monitor.alert.Finding;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known about a live version. Immutable.
 *
 * @param comparison what it is compared with
 * @param rows rows of predictions seen since the watch began
 * @param lateRows of these, came after their window had ended
 * @param logThreshold where a detector alarms, natural logarithm
 * @param joint the inputs that are numbers, together; empty: not two windows yet
 * @param discovery which detectors were to be believed together when one last alarmed; empty: none
 *     alarmed lately
 * @param requestIds whether they come again; empty: another comparison of the version says it
 * @param features inputs in the reference's order, then predictions
 */
record VersionView(
    String route,
    String model,
    String version,
    Comparison comparison,
    long rows,
    long lateRows,
    double logThreshold,
    Optional<JointWatch.Panel> joint,
    Optional<Discovery> discovery,
    Optional<RequestIds> requestIds,
    List<Feature> features) {
  /**
   * What a version is compared with.
   *
   * @param rows that the reference is made of, of the feature with most; 0: there is none yet
   * @param sinceMillis when a frozen window was frozen, or the hour a week ago began, since 1970;
   *     0: neither
   * @param collecting rows of a window that is to be frozen; empty: none is
   */
  record Comparison(Baseline baseline, long rows, long sinceMillis, OptionalInt collecting) {
    static Comparison of(Baseline baseline, long rows, long sinceMillis) {
      return new Comparison(baseline, rows, sinceMillis, OptionalInt.empty());
    }
  }

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
      List<PanelWindows.WindowPanel> windows) {}
}
