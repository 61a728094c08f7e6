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
    if (cell.getKey().getArm() == Arm.ARM_CANARY) {
      canary += cell.getStarted();
    } else {
      baseline += cell.getStarted();
    }
    errors += cell.getErrorsMap().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Requests reported. */
  synchronized long requests() {
    return canary + baseline;
  }

  /** Share of them that went to the canary, 0 to 1. */
  synchronized double canaryShare() {
    return canary + baseline == 0 ? 0 : (double) canary / (canary + baseline);
  }

  /** Requests reported as failed. */
  synchronized long errors() {
    return errors;
  }
}
