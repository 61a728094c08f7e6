package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Brings labels and predictions together by request id, whichever comes first, within a bounded
 * number of each; beyond that the oldest are forgotten and counted. A prediction takes one label:
 * one that comes again, or a prediction that is reported again, changes nothing as long as the
 * request is remembered, after a restart too. Thread-safe.
 *
 * <p>Each change is put into a {@link FeedbackLog} before the listener is told of it: a log that is
 * on disk before the evidence made of its labels knows of each of them.
 */
public final class FeedbackJoin implements Erasable {
  /** Routes x variants x versions with an accuracy, at most. */
  private static final int MAX_VARIANTS = 1_024;

  private final int maxPredictions;
  private final int maxWaitingLabels;
  private final IntakeCounts counts;
  private final FeedbackLog log;
  private final UnaryOperator<Sample> kept;
  private final Consumer<List<LabelledPrediction>> listener;

  @GuardedBy("this")
  private final LinkedHashMap<String, Sample> predictions = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, Feedback> waitingLabels = new LinkedHashMap<>();

  /** Requests that have had their label. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Boolean> joined = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<VariantKey, Accuracy> accuracies =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Empty.
   *
   * @param log gets what changes
   * @param kept what of a prediction waits for its label, without its tensors or nearly so
   * @param listener gets what was brought together, each request once; is not called under a lock
   */
  public FeedbackJoin(
      IntakeConfig config,
      IntakeCounts counts,
      FeedbackLog log,
      UnaryOperator<Sample> kept,
      Consumer<List<LabelledPrediction>> listener) {
    this.kept = kept;
    this.maxPredictions = config.maxPredictions();
    this.maxWaitingLabels = config.maxWaitingLabels();
    this.counts = counts;
    this.log = log;
    this.listener = listener;
  }

  /** Empty, and nobody hears of it. */
  private FeedbackJoin(int maxPredictions, int maxWaitingLabels) {
    this.maxPredictions = maxPredictions;
    this.maxWaitingLabels = maxWaitingLabels;
    this.counts = new IntakeCounts();
    this.log = new FeedbackLog();
    this.kept = UnaryOperator.identity();
    this.listener = labels -> {};
  }

  /**
   * Takes predictions. One without id, assignment, class or number is of no use here, and a copy
   * for a shadow version has the id of the request that was answered: the label is for that one.
   */
  public void takePredictions(List<Sample> samples) {
    var found = new ArrayList<LabelledPrediction>();
    synchronized (this) {
      for (Sample sample : samples) {
        if (canBeLabelled(sample)) {
          take(kept.apply(sample), found);
        }
      }
      makeShort();
    }
    tell(found);
  }

  private static boolean canBeLabelled(Sample sample) {
    return !sample.getRequestId().isEmpty()
        && sample.hasAssignment()
        && !sample.getAssignment().getMirrored()
        && sample.getPredictedClassesCount() + sample.getPredictedValuesCount() > 0;
  }

  @GuardedBy("this")
  private void take(Sample sample, List<LabelledPrediction> found) {
    String id = sample.getRequestId();
    if (joined.containsKey(id)) {
      return;
    }
    log.append(new FeedbackEntry.Predicted(sample));
    Feedback label = waitingLabels.remove(id);
    if (label != null) {
      found.add(join(sample, label));
      return;
    }
    predictions.put(id, sample);
    if (predictions.size() > maxPredictions) {
      predictions.pollFirstEntry();
      counts.add(IntakeEvent.PREDICTIONS_FORGOTTEN);
    }
  }

  /** Takes labels. */
  public ReportFeedbackResponse takeLabels(List<Feedback> labels) {
    long pending = 0;
    var found = new ArrayList<LabelledPrediction>();
    synchronized (this) {
      for (Feedback label : labels) {
        counts.add(IntakeEvent.LABELS);
        String id = label.getRequestId();
        Sample prediction = predictions.remove(id);
        if (prediction != null) {
          log.append(new FeedbackEntry.Labelled(label));
          found.add(join(prediction, label));
        } else if (joined.containsKey(id)) {
          counts.add(IntakeEvent.LABELS_REPEATED);
        } else {
          pending++;
          log.append(new FeedbackEntry.Labelled(label));
          keep(label);
        }
      }
      makeShort();
    }
    tell(found);
    return ReportFeedbackResponse.newBuilder().setJoined(found.size()).setPending(pending).build();
  }

  @GuardedBy("this")
  private void keep(Feedback label) {
    waitingLabels.put(label.getRequestId(), label);
    if (waitingLabels.size() > maxWaitingLabels) {
      waitingLabels.pollFirstEntry();
      counts.add(IntakeEvent.LABELS_FORGOTTEN);
    }
  }

  @GuardedBy("this")
  private LabelledPrediction join(Sample sample, Feedback label) {
    joined.put(sample.getRequestId(), true);
    if (joined.size() > maxPredictions) {
      joined.pollFirstEntry();
    }
    counts.add(IntakeEvent.LABELS_JOINED);
    int rows = Math.min(sample.getPredictedClassesCount(), label.getTrueClassesCount());
    long correct = 0;
    for (int row = 0; row < rows; row++) {
      correct += sample.getPredictedClasses(row).equals(label.getTrueClasses(row)) ? 1 : 0;
    }
    if (rows > 0) {
      accuracies.merge(key(sample), new Accuracy(rows, correct), Accuracy::plus);
      if (accuracies.size() > MAX_VARIANTS) {
        accuracies.pollFirstEntry();
      }
    }
    return new LabelledPrediction(sample, label);
  }

  private static VariantKey key(Sample sample) {
    return new VariantKey(
        sample.getAssignment().getRoute(),
        sample.getAssignment().getVariant(),
        sample.getVersion());
  }

  @Override
  public synchronized boolean erase(String requestId) {
    return erase(new Erasure(Set.of(requestId), Set.of(), Set.of())) > 0;
  }

  @Override
  public synchronized int eraseUnit(long unit) {
    return erase(new Erasure(Set.of(), Set.of(unit), Set.of()));
  }

  /** Forgets all that is named; the log begins anew without it. */
  @Override
  public synchronized int erase(Erasure erasure) {
    int count = 0;
    for (String id : erasure.requestIds()) {
      boolean was = predictions.remove(id) != null;
      was |= waitingLabels.remove(id) != null;
      was |= joined.remove(id) != null;
      count += was ? 1 : 0;
    }
    int before = predictions.size();
    predictions
        .values()
        .removeIf(sample ->
            erasure.units().contains(sample.getAssignment().getUnit())
                || erasure.traceIds().contains(sample.getTraceId()));
    count += before - predictions.size();
    if (count > 0) {
      log.begin(image());
    }
    return count;
  }

  @Override
  public synchronized Erasure alsoKnownAs(Erasure erasure) {
    var requests = new HashSet<String>();
    var traces = new HashSet<String>();
    for (Sample sample : predictions.values()) {
      if (erasure.units().contains(sample.getAssignment().getUnit())
          || erasure.requestIds().contains(sample.getRequestId())) {
        requests.add(sample.getRequestId());
        traces.add(sample.getTraceId());
      }
    }
    traces.remove("");
    return new Erasure(requests, Set.of(), traces);
  }

  private void tell(List<LabelledPrediction> found) {
    if (!found.isEmpty()) {
      listener.accept(List.copyOf(found));
    }
  }

  /** Accuracy of each variant that has labels. */
  public synchronized Map<VariantKey, Accuracy> accuracies() {
    return new HashMap<>(accuracies);
  }

  @GuardedBy("this")
  private void makeShort() {
    if (log.wantsImage()) {
      log.begin(image());
    }
  }

  /** Entries that give all that is known; the oldest of each kind first. */
  @GuardedBy("this")
  private List<FeedbackEntry> image() {
    var image = new ArrayList<FeedbackEntry>();
    accuracies.forEach((key, accuracy) -> image.add(new FeedbackEntry.Counted(key, accuracy)));
    joined.keySet().forEach(id -> image.add(new FeedbackEntry.Joined(id)));
    predictions.values().forEach(sample -> image.add(new FeedbackEntry.Predicted(sample)));
    waitingLabels.values().forEach(label -> image.add(new FeedbackEntry.Labelled(label)));
    return image;
  }

  /**
   * Takes over what a log wrote, in its order; for a join that knows nothing. The listener is not
   * told: it was before.
   */
  public synchronized void restore(List<FeedbackEntry> entries) {
    // what happens here again is not counted again
    var again = new FeedbackJoin(maxPredictions, maxWaitingLabels);
    again.apply(entries);
    synchronized (again) {
      accuracies.putAll(again.accuracies);
      joined.putAll(again.joined);
      predictions.putAll(again.predictions);
      waitingLabels.putAll(again.waitingLabels);
    }
    log.begin(image());
  }

  private synchronized void apply(List<FeedbackEntry> entries) {
    for (FeedbackEntry entry : entries) {
      switch (entry) {
        case FeedbackEntry.Counted(VariantKey key, Accuracy accuracy) ->
            accuracies.put(key, accuracy);
        case FeedbackEntry.Joined(String requestId) -> joined.put(requestId, true);
        case FeedbackEntry.Predicted(Sample sample) -> take(sample, new ArrayList<>(1));
        case FeedbackEntry.Labelled(Feedback label) -> {
          Sample prediction = predictions.remove(label.getRequestId());
          if (prediction != null) {
            join(prediction, label);
          } else {
            keep(label);
          }
        }
      }
    }
  }
}
