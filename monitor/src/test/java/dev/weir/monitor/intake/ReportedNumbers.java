package dev.weir.monitor.intake;

import dev.weir.proto.route.v1.Assignment;
import java.util.List;
import java.util.Optional;

/** Business numbers of units, as {@link MetricReceiver} reads them. */
public final class ReportedNumbers {
  private ReportedNumbers() {}

  /** Reports the same number for each of these units. */
  public static void give(
      BusinessUnits units, String metric, List<Assignment> draws, double number) {
    units.take(
        draws.stream()
            .map(draw ->
                new BusinessPoint(
                    metric, draw.getRoute(), draw.getVariant(), "", Optional.of(draw), number, 1))
            .toList());
  }
}
