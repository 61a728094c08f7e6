package dev.weir.monitor.guardrail;

import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.UnitOutcome;
import dev.weir.proto.route.v1.Arm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one slice says about one rollout: its units by the probability of their draw, each sticky
 * unit only the first time.
 */
final class OutcomeTally {
  private final Map<Double, DrawOutcomes> draws = new LinkedHashMap<>();
  private final Map<Integer, Long> canaryUnitsByStep = new LinkedHashMap<>();
  private final List<Long> stickyCanaryUnits = new ArrayList<>();
  private final List<String> failingTraces = new ArrayList<>();
  private final List<String> canaryTraces = new ArrayList<>();
  private long canaryRequests;
  private int newestStep = -1;

  private OutcomeTally() {}

  static OutcomeTally of(OutcomeSlice slice, RolloutPlan plan, UnitLedger seen) {
    var tally = new OutcomeTally();
    for (OutcomeCell cell : slice.getCellsList()) {
      if (cell.getKey().getRoute().equals(plan.route())) {
        tally.take(cell, plan, seen);
      }
    }
    return tally;
  }

  private void take(OutcomeCell cell, RolloutPlan plan, UnitLedger seen) {
    boolean ofThisRollout = cell.getKey().getRolloutId().equals(plan.rolloutId());
    boolean ofTheCanary =
        cell.getKey().getVersion().equals(plan.canaryVersion())
            && (ofThisRollout || cell.getKey().getRolloutId().isEmpty());
    if (ofTheCanary) {
      takeTraces(cell);
    }
    if (!ofThisRollout || cell.getKey().getArm() == Arm.ARM_UNSPECIFIED) {
      return;
    }
    DrawOutcomes draw =
        draws.computeIfAbsent(cell.getKey().getCanaryProbability(), DrawOutcomes::new);
    boolean canary = cell.getKey().getArm() == Arm.ARM_CANARY;
    ArmOutcomes arm = canary ? draw.canary() : draw.baseline();
    int step = cell.getKey().getRolloutStep();
    newestStep = Math.max(newestStep, step);
    if (cell.getUnitsCount() > 0) {
      takeSticky(cell, arm, canary, seen);
    } else {
      long before = arm.units();
      takeCounts(cell, arm);
      if (canary) {
        canaryUnitsByStep.merge(step, arm.units() - before, Long::sum);
      }
    }
  }

  private void takeTraces(OutcomeCell cell) {
    canaryRequests += cell.getStarted();
    boolean failing = cell.getErrorsCount() > 0 || cell.getUnfinished() > 0;
    (failing ? failingTraces : canaryTraces).addAll(cell.getExemplarTraceIdsList());
  }

  private static void takeCounts(OutcomeCell cell, ArmOutcomes arm) {
    for (int i = 0; i < cell.getLatencyBucketsCount(); i++) {
      arm.answered(cell.getLatencyBuckets(i), cell.getLatencyCounts(i));
    }
    cell.getErrorsMap().forEach(arm::failed);
    arm.unfinished(cell.getUnfinished());
  }

  private void takeSticky(OutcomeCell cell, ArmOutcomes arm, boolean canary, UnitLedger seen) {
    for (UnitOutcome unit : cell.getUnitsList()) {
      if (canary) {
        stickyCanaryUnits.add(unit.getUnit());
      }
      if (!seen.admit(unit.getUnit())) {
        continue;
      }
      if (unit.getUnfinished()) {
        arm.unfinished(1);
      } else if (unit.getStatus() != 0) {
        arm.failed(unit.getStatus(), 1);
      } else {
        arm.answered(unit.getLatencyBucket(), 1);
      }
    }
  }

  /** Groups of units with the same probability. */
  Collection<DrawOutcomes> draws() {
    return draws.values();
  }

  /** Requests that the canary's version got, units or not. */
  long canaryRequests() {
    return canaryRequests;
  }

  /** Newest step that a unit here was drawn in; -1: none. */
  int newestStep() {
    return newestStep;
  }

  /** Canary units of a step that were drawn each by itself. */
  long canaryUnits(int step) {
    return canaryUnitsByStep.getOrDefault(step, 0L);
  }

  /** Sticky canary units, also those seen before. */
  List<Long> stickyCanaryUnits() {
    return stickyCanaryUnits;
  }

  /** Traces of the canary from cells with failures. */
  List<String> failingTraces() {
    return failingTraces;
  }

  /** Traces of the canary from cells without. */
  List<String> otherTraces() {
    return canaryTraces;
  }

  boolean isEmpty() {
    return draws.isEmpty() && canaryRequests == 0;
  }
}
