package dev.weir.monitor.watch;

import dev.weir.monitor.stats.sketch.Sketch;
import java.util.Optional;

/** What live versions saw a week ago. Thread-safe; may read a disk. */
@FunctionalInterface
public interface LastWeek {
  /**
   * What was seen of a feature in the hour a week before; empty when nothing was, or it is not kept
   * that long.
   *
   * @param version for predictions; what came into a route's model is the same for all its versions
   * @param feature name of an input's feature, "prediction" or "confidence"
   * @param isInput whether it is one of an input
   * @param epochSecond any second of the hour to compare, since 1970
   */
  Optional<Sketch> sameHour(
      String route,
      String model,
      String version,
      String feature,
      boolean isInput,
      long epochSecond);
}
