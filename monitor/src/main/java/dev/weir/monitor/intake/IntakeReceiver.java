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
import java.util.function.Supplier;

/** Takes what routers, workers and users report. */
public final class IntakeReceiver extends IntakeServiceGrpc.IntakeServiceImplBase {
  private static final int MAX_NAME_LENGTH = 256;

  private final IntakeDoor door;
  private final ExposureBoard exposures;

  /** Hands reports to {@code door}, and exposures to {@code exposures}. */
  public IntakeReceiver(IntakeDoor door, ExposureBoard exposures) {
    this.door = door;
    this.exposures = exposures;
  }

  @Override
  public void reportOutcomes(
      ReportOutcomesRequest request, StreamObserver<ReportOutcomesResponse> responses) {
    if (refused("router_process", request.getRouterProcess(), responses)) {
      return;
    }
    answer(
        responses,
        () ->
            ReportOutcomesResponse.newBuilder()
                .setAcknowledgedSequence(door.outcomes(request))
                .build());
  }

  @Override
  public void reportSamples(
      ReportSamplesRequest request, StreamObserver<ReportSamplesResponse> responses) {
    if (refused("worker", request.getWorker(), responses)) {
      return;
    }
    answer(
        responses,
        () -> {
          door.samples(request);
          return ReportSamplesResponse.getDefaultInstance();
        });
  }

  @Override
  public void reportFeedback(
      ReportFeedbackRequest request, StreamObserver<ReportFeedbackResponse> responses) {
    answer(responses, () -> door.labels(request.getFeedbackList()));
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
    answer(
        responses,
        () -> {
          door.mirrored(request);
          return ReportMirroredResponse.getDefaultInstance();
        });
  }

  /** UNAVAILABLE says that the sender may come again, as while the monitor is away. */
  private static <T> void answer(StreamObserver<T> responses, Supplier<T> taken) {
    T response;
    try {
      response = taken.get();
    } catch (NotTakenException e) {
      responses.onError(
          Status.UNAVAILABLE.withDescription(e.getMessage()).withCause(e).asRuntimeException());
      return;
    }
    responses.onNext(response);
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
