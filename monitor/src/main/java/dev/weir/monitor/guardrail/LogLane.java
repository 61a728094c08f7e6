package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.RouterLedger;
import dev.weir.monitor.intake.SampleSlicer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * One part of a log of reports, read in order: how far each router's slices were taken from it, and
 * its samples that wait for the end of their slice. Not thread-safe: the evidence book's lock
 * guards it.
 */
record LogLane(RouterLedger ledger, SampleSlicer slicer) {
  /** From which nothing was taken yet. */
  LogLane(IntakeConfig config, IntakeCounts counts) {
    this(new RouterLedger(config.maxRouters(), counts), new SampleSlicer(config, counts));
  }

  /** The ledger, then the slicer. */
  void writeTo(DataOutput out) throws IOException {
    ledger.writeTo(out);
    slicer.writeTo(out);
  }

  /** Takes over what {@link #writeTo} wrote. */
  void readFrom(DataInput in) throws IOException {
    ledger.readFrom(in);
    slicer.readFrom(in);
  }
}
