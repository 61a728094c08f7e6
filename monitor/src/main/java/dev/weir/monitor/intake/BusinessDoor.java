package dev.weir.monitor.intake;

import java.util.List;

/**
 * Takes what metrics say about variants: here, or for other monitors. Thread-safe. What was not
 * taken throws {@link NotTakenException}.
 */
@FunctionalInterface
public interface BusinessDoor {
  /** Takes points of delta temporality, each once. */
  void business(List<BusinessPoint> points);

  /** Takes them into this monitor: all into {@code means}, those with a unit into {@code units}. */
  static BusinessDoor into(BusinessBoard means, BusinessUnits units) {
    return points -> {
      points.forEach(means::add);
      units.take(points.stream().filter(BusinessPoint::hasUnit).toList());
    };
  }
}
