package dev.weir.router.control;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import dev.weir.router.outcome.ExposureIntake;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The monitor's intake of exposures over gRPC. */
public final class GrpcExposureIntake implements ExposureIntake {
  private static final long DEADLINE_SECONDS = 2;

  private final GrpcChannel monitor;

  /**
   * @param monitor channel to the monitor
   */
  public GrpcExposureIntake(GrpcChannel monitor) {
    this.monitor = monitor;
  }

  @Override
  public void send(ReportExposuresRequest request) throws IOException {
    try {
      IntakeServiceGrpc.newBlockingStub(monitor.channel())
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .reportExposures(request);
    } catch (StatusRuntimeException e) {
      throw new IOException(String.valueOf(e.getStatus()), e);
    }
  }
}
