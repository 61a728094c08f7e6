package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.stats.SeenUnits;

/** The sticky units that a test has counted, with what was refused put into the counts. */
final class UnitLedger {
  private final SeenUnits seen;
  private final IntakeCounts counts;

  UnitLedger(SeenUnits seen, IntakeCounts counts) {
    this.seen = seen;
    this.counts = counts;
  }

  /** Whether this unit is to be counted: its first time, and there is room to remember it. */
  boolean admit(long unit) {
    return switch (seen.offer(unit)) {
      case FIRST -> true;
      case REPEATED -> false;
      case FULL -> {
        counts.add(IntakeEvent.STICKY_UNITS_REFUSED);
        yield false;
      }
    };
  }

  byte[] toBytes() {
    return seen.toBytes();
  }
}
