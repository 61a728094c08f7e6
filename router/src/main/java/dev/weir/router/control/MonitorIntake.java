package dev.weir.router.control;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc.IntakeServiceBlockingStub;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.router.outcome.BatchIntake;
import dev.weir.router.outcome.OutcomeIntake;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The monitor's intake over gRPC. Thread-safe. */
public final class MonitorIntake {
  private static final long DEADLINE_SECONDS = 2;

  private final GrpcChannel monitor;
  private final String routerProcess;

  /**
   * @param monitor channel to the monitor
   * @param routerProcess instance and a part that is new at each start
   */
  public MonitorIntake(GrpcChannel monitor, String routerProcess) {
    this.monitor = monitor;
    this.routerProcess = routerProcess;
  }

  /** Of outcomes. */
  public OutcomeIntake outcomes() {
    return request -> call(stub -> stub.reportOutcomes(request)).getAcknowledgedSequence();
  }

  /**
   * Of exposures.
   *
   * @param dropped how many could not be kept so far
   */
  public BatchIntake<Exposure> exposures(LongSupplier dropped) {
    return batch ->
        call(stub ->
            stub.reportExposures(
                ReportExposuresRequest.newBuilder()
                    .setRouterProcess(routerProcess)
                    .addAllExposures(batch)
                    .setDroppedExposures(dropped.getAsLong())
                    .build()));
  }

  /**
   * Of pairs of answers.
   *
   * @param dropped how many could not be kept so far
   */
  public BatchIntake<MirrorPair> mirrored(LongSupplier dropped) {
    return batch ->
        call(stub ->
            stub.reportMirrored(
                ReportMirroredRequest.newBuilder()
                    .setRouterProcess(routerProcess)
                    .addAllPairs(batch)
                    .setDroppedPairs(dropped.getAsLong())
                    .build()));
  }

  private <T> T call(Function<IntakeServiceBlockingStub, T> report) throws IOException {
    try {
      return report.apply(
          IntakeServiceGrpc.newBlockingStub(monitor.channel())
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
    } catch (StatusRuntimeException e) {
      throw new IOException(String.valueOf(e.getStatus()), e);
    }
  }
}
