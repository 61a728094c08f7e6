package dev.weir.loadtest.bench;

import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesResponse;
import dev.weir.proto.route.v1.Arm;
import io.grpc.stub.StreamObserver;

/** Takes a router's outcomes and counts them, each slice once. Thread-safe. */
final class IntakeCounts extends IntakeServiceGrpc.IntakeServiceImplBase {
  private long acknowledged;
  private long canary;
  private long baseline;
  private long others;
  private long stickyUnits;
  private long errors;

  @Override
  public synchronized void reportOutcomes(
      ReportOutcomesRequest request, StreamObserver<ReportOutcomesResponse> responses) {
    for (OutcomeSlice slice : request.getSlicesList()) {
      if (slice.getSequence() > acknowledged) {
        acknowledged = slice.getSequence();
        slice.getCellsList().forEach(this::count);
      }
    }
    responses.onNext(
        ReportOutcomesResponse.newBuilder().setAcknowledgedSequence(acknowledged).build());
    responses.onCompleted();
  }

  private void count(OutcomeCell cell) {
    Arm arm = cell.getKey().getArm();
    if (arm == Arm.ARM_CANARY) {
      canary += cell.getStarted();
    } else if (arm == Arm.ARM_BASELINE) {
      baseline += cell.getStarted();
    } else {
      others += cell.getStarted();
    }
    stickyUnits += cell.getUnitsCount();
    errors += cell.getErrorsMap().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Requests reported. */
  synchronized long requests() {
    return canary + baseline + others;
  }

  /** Keys that were counted as sticky units. */
  synchronized long stickyUnits() {
    return stickyUnits;
  }

  /** Requests that were no units: those of a key that was counted before, above all. */
  synchronized long noUnits() {
    return others;
  }

  /** Share of the units that went to the canary, 0 to 1. */
  synchronized double canaryShare() {
    return canary + baseline == 0 ? 0 : (double) canary / (canary + baseline);
  }

  /** Requests reported as failed. */
  synchronized long errors() {
    return errors;
  }
}
