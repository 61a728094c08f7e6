package dev.weir.monitor.history;

import java.util.EnumMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Up to where each resolution is merged, and from where on it is kept; immutable.
 *
 * @param byResolution every resolution's
 */
record Levels(Map<Resolution, Level> byResolution) {
  /**
   * One resolution.
   *
   * @param mergedTo rows that start before it hold all that finer rows hold or held, seconds since
   *     1970; of minutes it means nothing
   * @param keptFrom rows that start before it may be gone, seconds since 1970
   */
  record Level(long mergedTo, long keptFrom) {}

  Levels {
    byResolution = Map.copyOf(byResolution);
  }

  static Levels read(Handle handle) {
    var levels = new EnumMap<Resolution, Level>(Resolution.class);
    for (Resolution resolution : Resolution.values()) {
      levels.put(
          resolution,
          handle
              .createQuery("SELECT merged_to, kept_from FROM level WHERE resolution = ?")
              .bind(0, resolution.minutes())
              .map((row, context) -> new Level(row.getLong(1), row.getLong(2)))
              .one());
    }
    return new Levels(levels);
  }

  Level of(Resolution resolution) {
    Level level = byResolution.get(resolution);
    if (level == null) {
      throw new IllegalStateException("no level " + resolution + " in " + byResolution);
    }
    return level;
  }

  /**
   * Whether what belongs to a minute has to be merged into the row of a resolution that holds it.
   */
  boolean reaches(Resolution resolution, long minute) {
    long start = resolution.floor(minute);
    Level level = of(resolution);
    return start >= level.keptFrom()
        && (resolution == Resolution.MINUTE || start < level.mergedTo());
  }

  /**
   * The resolution in which a time is told best.
   *
   * @param coarsest none coarser is wanted when a finer one is there
   */
  Resolution best(long epochSecond, Resolution coarsest) {
    Resolution finest = Resolution.DAY;
    for (Resolution resolution : Resolution.values()) {
      if (epochSecond >= of(resolution).keptFrom()) {
        finest = resolution;
        break;
      }
    }
    Resolution best = finest;
    for (Resolution resolution : Resolution.values()) {
      if (resolution.compareTo(finest) >= 0
          && resolution.compareTo(coarsest) <= 0
          && (resolution == finest || epochSecond < of(resolution).mergedTo())) {
        best = resolution;
      }
    }
    return best;
  }
}
