package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportExposuresRequest;
import dev.weir.proto.monitor.v1.ReportExposuresResponse;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportMirroredResponse;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesResponse;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Takes what routers, workers and users report. */
public final class IntakeReceiver extends IntakeServiceGrpc.IntakeServiceImplBase {
  private static final int MAX_NAME_LENGTH = 256;

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
  private final ExposureBoard exposures;
  private final Mirrored mirrored;

  /** Hands reports on. */
  public IntakeReceiver(
      Evidence evidence,
      FeedbackJoin feedback,
      BusinessUnits business,
      ExposureBoard exposures,
      Mirrored mirrored) {
    this.evidence = evidence;
    this.feedback = feedback;
    this.business = business;
    this.exposures = exposures;
    this.mirrored = mirrored;
  }

  @Override
  public void reportOutcomes(
      ReportOutcomesRequest request, StreamObserver<ReportOutcomesResponse> responses) {
    if (refused("router_process", request.getRouterProcess(), responses)) {
      return;
    }
    long acknowledged = evidence.takeOutcomes(request);
    responses.onNext(
        ReportOutcomesResponse.newBuilder().setAcknowledgedSequence(acknowledged).build());
    responses.onCompleted();
  }

  @Override
  public void reportSamples(
      ReportSamplesRequest request, StreamObserver<ReportSamplesResponse> responses) {
    if (refused("worker", request.getWorker(), responses)) {
      return;
    }
    feedback.takePredictions(request.getSamplesList());
    business.takeSamples(request.getSamplesList());
    evidence.takeSamples(request);
    responses.onNext(ReportSamplesResponse.getDefaultInstance());
    responses.onCompleted();
  }

  @Override
  public void reportFeedback(
      ReportFeedbackRequest request, StreamObserver<ReportFeedbackResponse> responses) {
    responses.onNext(feedback.takeLabels(request.getFeedbackList()));
    responses.onCompleted();
  }

  @Override
  public void reportExposures(
      ReportExposuresRequest request, StreamObserver<ReportExposuresResponse> responses) {
    if (refused("router_process", request.getRouterProcess(), responses)) {
      return;
    }
    exposures.take(request);
    responses.onNext(ReportExposuresResponse.getDefaultInstance());
    responses.onCompleted();
  }

  @Override
  public void reportMirrored(
      ReportMirroredRequest request, StreamObserver<ReportMirroredResponse> responses) {
    if (refused("router_process", request.getRouterProcess(), responses)) {
      return;
    }
    mirrored.take(request);
    responses.onNext(ReportMirroredResponse.getDefaultInstance());
    responses.onCompleted();
  }

  private static boolean refused(String name, String value, StreamObserver<?> responses) {
    if (!value.isBlank() && value.length() <= MAX_NAME_LENGTH) {
      return false;
    }
    responses.onError(
        Status.INVALID_ARGUMENT
            .withDescription(
                "%s: \"%s\" (expected: 1 to %d characters)"
                    .formatted(name, OtlpAttributes.cut(value), MAX_NAME_LENGTH))
            .asRuntimeException());
    return true;
  }
}
