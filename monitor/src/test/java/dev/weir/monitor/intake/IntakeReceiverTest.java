package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesResponse;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IntakeReceiverTest {
  private static final ReportOutcomesRequest REPORT =
      ReportOutcomesRequest.newBuilder().setRouterProcess("router-1/a").build();

  /** Takes outcomes, or nothing. */
  private record Door(boolean open) implements IntakeDoor {
    @Override
    public long outcomes(ReportOutcomesRequest report) {
      if (!open) {
        throw new NotTakenException("kafka: away", null);
      }
      return 7;
    }

    @Override
    public void samples(ReportSamplesRequest report) {}

    @Override
    public ReportFeedbackResponse labels(List<Feedback> labels) {
      return ReportFeedbackResponse.getDefaultInstance();
    }

    @Override
    public void mirrored(ReportMirroredRequest report) {}
  }

  private static final class Answer implements StreamObserver<ReportOutcomesResponse> {
    final List<ReportOutcomesResponse> responses = new ArrayList<>();
    final List<Status> errors = new ArrayList<>();

    @Override
    public void onNext(ReportOutcomesResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable error) {
      errors.add(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {}
  }

  private static Answer answer(boolean open, ReportOutcomesRequest report) {
    var counts = new IntakeCounts();
    var answer = new Answer();
    new IntakeReceiver(new Door(open), new ExposureBoard(counts, new SaidDropped(1)))
        .reportOutcomes(report, answer);
    return answer;
  }

  @Test
  void a_report_that_was_taken_is_acknowledged() {
    assertThat(answer(true, REPORT).responses)
        .singleElement()
        .satisfies(response -> assertThat(response.getAcknowledgedSequence()).isEqualTo(7));
  }

  @Test
  void the_sender_of_a_report_that_was_not_taken_is_told_to_come_again() {
    Answer answer = answer(false, REPORT);
    assertThat(answer.responses).isEmpty();
    assertThat(answer.errors)
        .singleElement()
        .satisfies(status -> {
          assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
          assertThat(status.getDescription()).isEqualTo("kafka: away");
        });
  }

  @Test
  void a_report_of_nobody_is_refused() {
    assertThat(answer(true, ReportOutcomesRequest.getDefaultInstance()).errors)
        .singleElement()
        .satisfies(status -> assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }
}
