package dev.weir.router.outcome;

import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import java.io.IOException;

/** Where outcomes go. */
@FunctionalInterface
public interface OutcomeIntake {
  /**
   * Sends slices and waits for the answer, within a bounded time.
   *
   * @return the sequence number up to which all slices are taken
   * @throws IOException when there is no answer: the slices are to be sent again
   */
  long send(ReportOutcomesRequest request) throws IOException;
}
