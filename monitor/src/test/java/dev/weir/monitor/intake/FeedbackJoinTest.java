package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.route.v1.Assignment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FeedbackJoinTest {
  private static final VariantKey CANARY = new VariantKey("employment", "canary", "2");

  private final IntakeCounts counts = new IntakeCounts();
  private final List<LabelledPrediction> found = new ArrayList<>();
  private final FeedbackJoin join =
      new FeedbackJoin(
          bounds(2),
          counts,
          new FeedbackLog(),
          sample -> sample.toBuilder().clearInputs().clearOutputs().build(),
          found::addAll);

  @Test
  void a_label_finds_its_prediction_whichever_comes_first() {
    join.takePredictions(List.of(prediction("a", "1")));
    assertThat(join.takeLabels(List.of(label("a", "1"), label("b", "0"))).getJoined()).isEqualTo(1);
    join.takePredictions(List.of(prediction("b", "1")));
    assertThat(join.accuracies()).containsEntry(CANARY, new Accuracy(2, 1));
  }

  @Test
  void a_prediction_takes_one_label() {
    join.takePredictions(List.of(prediction("a", "1")));
    join.takeLabels(List.of(label("a", "1")));
    assertThat(join.takeLabels(List.of(label("a", "0"))).getPending()).isZero();
    join.takePredictions(List.of(prediction("a", "1")));
    assertThat(join.takeLabels(List.of(label("a", "0"))).getJoined()).isZero();
    assertThat(join.accuracies()).containsEntry(CANARY, new Accuracy(1, 1));
    assertThat(counts.of(IntakeEvent.LABELS_REPEATED)).isEqualTo(2);
    assertThat(found).hasSize(1);
  }

  @Test
  void a_number_is_labelled_too_and_tensors_are_not_kept() {
    join.takePredictions(
        List.of(
            prediction("a").toBuilder()
                .addPredictedValues(3)
                .addInputs(SampleTensor.getDefaultInstance())
                .build()));
    join.takeLabels(List.of(label("a").toBuilder().addTrueValues(4).build()));
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().sample().getInputsList()).isEmpty();
    assertThat(join.accuracies()).isEmpty();
  }

  @Test
  void the_oldest_prediction_is_forgotten_when_there_are_too_many() {
    join.takePredictions(List.of(prediction("a", "1")));
    join.takePredictions(List.of(prediction("b", "1")));
    join.takePredictions(List.of(prediction("c", "1")));
    assertThat(join.takeLabels(List.of(label("a", "1"))).getJoined()).isZero();
    assertThat(join.takeLabels(List.of(label("c", "1"))).getJoined()).isEqualTo(1);
    assertThat(counts.of(IntakeEvent.PREDICTIONS_FORGOTTEN)).isEqualTo(1);
  }

  @Test
  void the_oldest_label_is_forgotten_when_there_are_too_many() {
    join.takeLabels(List.of(label("a", "1"), label("b", "1"), label("c", "1")));
    join.takePredictions(List.of(prediction("a", "1")));
    assertThat(join.accuracies()).isEmpty();
    assertThat(counts.of(IntakeEvent.LABELS_FORGOTTEN)).isEqualTo(1);
  }

  @Test
  void a_copy_for_a_shadow_version_takes_no_label_from_the_answer() {
    join.takePredictions(List.of(prediction("a", "1")));
    Sample answer = prediction("a", "0");
    join.takePredictions(
        List.of(
            answer.toBuilder()
                .setAssignment(answer.getAssignment().toBuilder().setVariant("").setMirrored(true))
                .setVersion("9")
                .build()));
    join.takeLabels(List.of(label("a", "1")));
    assertThat(join.accuracies()).containsExactly(java.util.Map.entry(CANARY, new Accuracy(1, 1)));
  }

  @Test
  void rows_are_compared_one_by_one() {
    join.takePredictions(List.of(prediction("a", "1", "0", "1")));
    join.takeLabels(List.of(label("a", "1", "1", "1")));
    assertThat(join.accuracies()).containsEntry(CANARY, new Accuracy(3, 2));
  }

  private static IntakeConfig bounds(int predictionsAndLabels) {
    IntakeConfig d = IntakeConfig.defaults();
    return new IntakeConfig(
        d.maxRouters(),
        d.maxWorkers(),
        d.sampleSlice(),
        d.sampleGrace(),
        d.maxWaitingSamples(),
        predictionsAndLabels,
        predictionsAndLabels,
        d.maxTraces(),
        d.maxSpansPerTrace(),
        d.maxPinnedTraces(),
        d.maxMetricSeries(),
        d.maxLogsPerService(),
        d.forwardOtlp(),
        d.maxForwardBytes(),
        d.maxBusinessUnits());
  }

  private static Sample prediction(String id, String... classes) {
    return Sample.newBuilder()
        .setRequestId(id)
        .setVersion("2")
        .setAssignment(Assignment.newBuilder().setRoute("employment").setVariant("canary"))
        .addAllPredictedClasses(List.of(classes))
        .build();
  }

  private static Feedback label(String id, String... classes) {
    return Feedback.newBuilder().setRequestId(id).addAllTrueClasses(List.of(classes)).build();
  }
}
