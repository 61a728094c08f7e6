package dev.weir.monitor.watch;

import dev.weir.monitor.stats.detector.DriftDetector;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Something of a version that has detectors. Single writer. */
sealed interface Watched permits FeatureWatch, RequestIdWatch {
  /** What alarms call it. */
  String name();

  /** Its detectors by what they alarm about. */
  Map<Alarm, DriftDetector> detectors();

  /** All detectors. */
  byte[] toBytes();

  /**
   * Takes over what {@link #toBytes} wrote of one that was made alike.
   *
   * @throws IllegalArgumentException if it is damaged, or of another reference
   */
  void restore(byte[] bytes, WatchConfig config, RandomGenerator random);
}
