package dev.weir.router.outcome;

import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import java.io.IOException;

/** Where exposures go. */
@FunctionalInterface
public interface ExposureIntake {
  /**
   * Sends exposures and waits for the answer, within a bounded time.
   *
   * @throws IOException when there is no answer: they are to be sent again
   */
  void send(ReportExposuresRequest request) throws IOException;
}
