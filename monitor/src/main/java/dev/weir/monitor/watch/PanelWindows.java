package dev.weir.monitor.watch;

import dev.weir.monitor.stats.sketch.Sketch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** When the windows of a comparison end, and what their panels say. Single writer. */
final class PanelWindows {
  /** Values in a window before anything is said of it as a whole. */
  private static final long ENOUGH_ROWS = 200;

  private final WatchConfig config;
  private final Map<String, Deque<WindowPanel>> past = new HashMap<>();
  private final Map<String, Sketch> last = new HashMap<>();
  private long startMillis = Long.MIN_VALUE;
  private long rows;
  private long lateRows;

  /** A window that ended, in the panel's numbers of one feature. */
  record WindowPanel(long startMillis, long endMillis, Panel panel) {}

  /**
   * A window that ended.
   *
   * @param startMillis when it began, since 1970
   * @param constant features all of whose values were the same, with their number
   */
  record Ended(long startMillis, Map<String, Long> constant) {}

  /** No window has begun. */
  PanelWindows(WatchConfig config) {
    this.config = config;
  }

  /**
   * Tells that a sample comes: ends the open window when it is full, or the sample is of another.
   *
   * @param millis the sample's time, not after now
   * @param features whose windows they are
   */
  Optional<Ended> turn(long millis, List<FeatureWatch> features) {
    long length = config.window().toMillis();
    if (startMillis == Long.MIN_VALUE) {
      startMillis = Math.floorDiv(millis, length) * length;
    }
    if (millis < startMillis) {
      // Late: the detectors take it as any other, the open window too.
      lateRows++;
    }
    boolean full = rows >= config.maxWindowRows();
    if (!full && millis < startMillis + length) {
      return Optional.empty();
    }
    long at = Math.max(millis, startMillis);
    var ended = new Ended(startMillis, close(features, Math.min(at, startMillis + length)));
    startMillis = full ? at : Math.floorDiv(at, length) * length;
    rows = 0;
    return Optional.of(ended);
  }

  /** Closes the open window; returns the features that were constant in it. */
  private Map<String, Long> close(List<FeatureWatch> features, long endMillis) {
    var constant = new TreeMap<String, Long>();
    for (FeatureWatch feature : features) {
      Sketch ended = feature.nextWindow();
      last.put(feature.name(), ended);
      feature
          .panel(ended)
          .ifPresent(panel -> {
            Deque<WindowPanel> windows =
                past.computeIfAbsent(feature.name(), name -> new ArrayDeque<>());
            windows.addLast(new WindowPanel(startMillis, endMillis, panel));
            if (windows.size() > config.windows()) {
              windows.removeFirst();
            }
          });
      if (ended.count() >= ENOUGH_ROWS && feature.isConstant(ended)) {
        constant.put(feature.name(), ended.count());
      }
    }
    return constant;
  }

  /** Rows came into the open window. */
  void count(long more) {
    rows += more;
  }

  /** Rows that came after their window had ended. */
  long lateRows() {
    return lateRows;
  }

  /** The open window of a feature when there is enough in it, else the last one. */
  Sketch shown(FeatureWatch feature) {
    Sketch open = feature.window();
    Sketch before = last.get(feature.name());
    return open.count() >= ENOUGH_ROWS || before == null ? open : before;
  }

  /** Windows of a feature that ended, oldest first. */
  List<WindowPanel> past(String feature) {
    return List.copyOf(past.getOrDefault(feature, new ArrayDeque<>()));
  }
}
