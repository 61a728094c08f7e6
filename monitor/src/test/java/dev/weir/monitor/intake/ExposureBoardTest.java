package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import org.junit.jupiter.api.Test;

class ExposureBoardTest {
  private final IntakeCounts counts = new IntakeCounts();
  private final ExposureBoard board = new ExposureBoard(counts, new SaidDropped(10));

  private static Exposure exposure(String arm, long unit) {
    return Exposure.newBuilder()
        .setRoute("fraud")
        .setExperiment("colours")
        .setArm(arm)
        .setUnit(unit)
        .build();
  }

  private static ReportExposuresRequest.Builder report() {
    return ReportExposuresRequest.newBuilder().setRouterProcess("router-1-a");
  }

  @Test
  void units_are_counted_by_arm() {
    board.take(
        report()
            .addExposures(exposure("red", 1))
            .addExposures(exposure("red", 2))
            .addExposures(exposure("blue", 3))
            .build());

    assertThat(board.units(new ExposureBoard.Arm("fraud", "colours", "red"))).isEqualTo(2);
    assertThat(board.units(new ExposureBoard.Arm("fraud", "colours", "blue"))).isEqualTo(1);
    assertThat(counts.of(IntakeEvent.EXPOSURES)).isEqualTo(3);
  }

  @Test
  void what_has_no_names_or_no_room_is_refused_and_counted() {
    board.take(report().addExposures(exposure(" ", 1)).build());
    for (int arm = 0; arm < 1_010; arm++) {
      board.take(report().addExposures(exposure("arm-" + arm, 1)).build());
    }

    assertThat(counts.of(IntakeEvent.EXPOSURES)).isEqualTo(1_000);
    assertThat(counts.of(IntakeEvent.EXPOSURES_REFUSED)).isEqualTo(11);
  }

  @Test
  void what_routers_dropped_is_counted_once() {
    board.take(report().setDroppedExposures(5).build());
    board.take(report().setDroppedExposures(5).build());
    board.take(report().setDroppedExposures(7).build());

    assertThat(counts.of(IntakeEvent.EXPOSURES_DROPPED_BY_ROUTERS)).isEqualTo(7);
  }
}
