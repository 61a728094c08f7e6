package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.stats.SeenUnits;

/** The sticky units that a test has counted, with what was refused put into the counts. */
final class UnitLedger {
  private SeenUnits seen;
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

  /** Takes new names for units; whether there were any of the old ones. */
  boolean rename(Renaming to) {
    boolean any = to.units().keySet().stream().anyMatch(seen::contains);
    if (any) {
      seen = seen.renamed(to.units());
    }
    return any;
  }

  byte[] toBytes() {
    return seen.toBytes();
  }
}
