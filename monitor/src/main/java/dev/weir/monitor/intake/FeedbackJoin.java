package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.Sample;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings labels and predictions together by request id, whichever comes first, within a bounded
 * number of each; beyond that the oldest are forgotten and counted. A prediction takes one label.
 * Thread-safe.
 */
public final class FeedbackJoin {
  /** Routes x variants x versions with an accuracy, at most. */
  private static final int MAX_VARIANTS = 1_024;

  private record Prediction(VariantKey key, List<String> classes) {}

  private final int maxPredictions;
  private final int maxWaitingLabels;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<String, Prediction> predictions = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, List<String>> waitingLabels = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<VariantKey, Accuracy> accuracies =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Empty. */
  public FeedbackJoin(IntakeConfig config, IntakeCounts counts) {
    this.maxPredictions = config.maxPredictions();
    this.maxWaitingLabels = config.maxWaitingLabels();
    this.counts = counts;
  }

  /**
   * Takes a prediction; one without id, assignment or class is of no use here, and a copy for a
   * shadow version has the id of the request that was answered: the label is for that one.
   */
  public synchronized void take(Sample sample) {
    if (sample.getRequestId().isEmpty()
        || !sample.hasAssignment()
        || sample.getAssignment().getMirrored()
        || sample.getPredictedClassesCount() == 0) {
      return;
    }
    var prediction =
        new Prediction(
            new VariantKey(
                sample.getAssignment().getRoute(),
                sample.getAssignment().getVariant(),
                sample.getVersion()),
            List.copyOf(sample.getPredictedClassesList()));
    List<String> label = waitingLabels.remove(sample.getRequestId());
    if (label != null) {
      join(prediction, label);
      return;
    }
    predictions.put(sample.getRequestId(), prediction);
    if (predictions.size() > maxPredictions) {
      predictions.pollFirstEntry();
      counts.add(IntakeEvent.PREDICTIONS_FORGOTTEN);
    }
  }

  /** Takes labels. */
  public synchronized ReportFeedbackResponse take(List<Feedback> labels) {
    long joined = 0;
    long pending = 0;
    for (Feedback label : labels) {
      counts.add(IntakeEvent.LABELS);
      Prediction prediction = predictions.remove(label.getRequestId());
      if (prediction != null) {
        join(prediction, label.getTrueClassesList());
        joined++;
      } else {
        waitingLabels.put(label.getRequestId(), List.copyOf(label.getTrueClassesList()));
        pending++;
        if (waitingLabels.size() > maxWaitingLabels) {
          waitingLabels.pollFirstEntry();
          counts.add(IntakeEvent.LABELS_FORGOTTEN);
        }
      }
    }
    return ReportFeedbackResponse.newBuilder().setJoined(joined).setPending(pending).build();
  }

  @GuardedBy("this")
  private void join(Prediction prediction, List<String> trueClasses) {
    int rows = Math.min(prediction.classes().size(), trueClasses.size());
    long correct = 0;
    for (int row = 0; row < rows; row++) {
      correct += prediction.classes().get(row).equals(trueClasses.get(row)) ? 1 : 0;
    }
    counts.add(IntakeEvent.LABELS_JOINED);
    accuracies.merge(prediction.key(), new Accuracy(rows, correct), Accuracy::plus);
    if (accuracies.size() > MAX_VARIANTS) {
      accuracies.pollFirstEntry();
    }
  }

  /** Accuracy of each variant that has labels. */
  public synchronized Map<VariantKey, Accuracy> accuracies() {
    return new HashMap<>(accuracies);
  }
}
