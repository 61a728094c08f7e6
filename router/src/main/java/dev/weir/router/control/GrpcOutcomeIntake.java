package dev.weir.router.control;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.router.outcome.OutcomeIntake;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The monitor's intake over gRPC. */
public final class GrpcOutcomeIntake implements OutcomeIntake {
  private static final long DEADLINE_SECONDS = 2;

  private final GrpcChannel monitor;

  /**
   * @param monitor channel to the monitor
   */
  public GrpcOutcomeIntake(GrpcChannel monitor) {
    this.monitor = monitor;
  }

  @Override
  public long send(ReportOutcomesRequest request) throws IOException {
    try {
      return IntakeServiceGrpc.newBlockingStub(monitor.channel())
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .reportOutcomes(request)
          .getAcknowledgedSequence();
    } catch (StatusRuntimeException e) {
      throw new IOException(String.valueOf(e.getStatus()), e);
    }
  }
}
