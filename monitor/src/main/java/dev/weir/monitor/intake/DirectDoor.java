package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.util.List;

/** Takes reports into this monitor. */
public final class DirectDoor implements IntakeDoor {
  /** Where evidence goes. */
  public interface Evidence {
    /** Takes a router's report and returns the sequence number taken for good. */
    long takeOutcomes(ReportOutcomesRequest request);

    /** Takes a worker's report. */
    void takeSamples(ReportSamplesRequest request);
  }

  /** Where pairs of mirrors go. */
  public interface Mirrored {
    /** Takes a router's report. */
    void take(ReportMirroredRequest request);
  }

  private final Evidence evidence;
  private final FeedbackJoin feedback;
  private final BusinessUnits business;
  private final Mirrored mirrored;

  /** Hands reports on. */
  public DirectDoor(
      Evidence evidence, FeedbackJoin feedback, BusinessUnits business, Mirrored mirrored) {
    this.evidence = evidence;
    this.feedback = feedback;
    this.business = business;
    this.mirrored = mirrored;
  }

  @Override
  public long outcomes(ReportOutcomesRequest report) {
    return evidence.takeOutcomes(report);
  }

  @Override
  public void samples(ReportSamplesRequest report) {
    feedback.takePredictions(report.getSamplesList());
    business.takeSamples(report.getSamplesList());
    evidence.takeSamples(report);
  }

  @Override
  public ReportFeedbackResponse labels(List<Feedback> labels) {
    return feedback.takeLabels(labels);
  }

  @Override
  public void mirrored(ReportMirroredRequest report) {
    mirrored.take(report);
  }
}
