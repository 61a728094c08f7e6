package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.util.List;

/**
 * Takes reports whose sender is known: here, or for other monitors. Thread-safe. What was not taken
 * throws {@link NotTakenException}, and may be sent again.
 */
public interface IntakeDoor {
  /**
   * Takes a router's outcomes.
   *
   * @return the sequence number up to which everything is taken for good
   */
  long outcomes(ReportOutcomesRequest report);

  /** Takes a worker's samples. */
  void samples(ReportSamplesRequest report);

  /** Takes labels. */
  ReportFeedbackResponse labels(List<Feedback> labels);

  /** Takes a router's pairs of mirrors. */
  void mirrored(ReportMirroredRequest report);
}
