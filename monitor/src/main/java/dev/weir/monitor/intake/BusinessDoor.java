package dev.weir.monitor.intake;

import java.util.List;

/**
 * Takes what metrics say about variants: here, or for other monitors. Thread-safe. What was not
 * taken throws {@link NotTakenException}.
 */
@FunctionalInterface
public interface BusinessDoor {
  /**
   * Takes points.
   *
   * @param differences what is new since each stream's last point, for means
   * @param ofUnits whole numbers of units, which may come again
   */
  void business(List<BusinessPoint> differences, List<BusinessPoint> ofUnits);

  /** Takes them into this monitor. */
  static BusinessDoor into(BusinessBoard means, BusinessUnits units) {
    return (differences, ofUnits) -> {
      differences.forEach(means::add);
      units.take(ofUnits);
    };
  }
}
