package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells a journal what happens to the watches, in the order in which it happens. Not thread-safe:
 * the evidence book's lock guards it.
 */
final class RolloutRecorder {
  private final EvidenceJournal journal;
  private final Map<String, Recording> recordings = new HashMap<>();

  /** One rollout's place in its journal. */
  private static final class Recording {
    long next;
    boolean ended;
    boolean fed;
    JournalEntry.@Nullable Told told;
  }

  /**
   * Where the journal of a rollout stood.
   *
   * @param next entries in it
   * @param ended the last one is in it
   */
  record Place(long next, boolean ended) {}

  RolloutRecorder(EvidenceJournal journal) {
    this.journal = journal;
  }

  void begun(Rollout rollout, int maxStickyUnits) {
    var recording = new Recording();
    recordings.put(rollout.getId(), recording);
    append(
        rollout.getId(),
        recording,
        new JournalEntry.Begun(JournalTrim.rollout(rollout), maxStickyUnits));
  }

  /** The registry's word; kept when it is another than before. */
  void told(Rollout rollout, SampleUnit.Promised promised) {
    Recording recording = recordings.get(rollout.getId());
    var told = new JournalEntry.Told(JournalTrim.rollout(rollout), promised);
    if (recording != null && !recording.ended && !told.equals(recording.told)) {
      recording.told = told;
      feed(rollout.getId(), told);
    }
  }

  void outcomes(RolloutPlan plan, OutcomeSlice slice) {
    if (isRecorded(plan)) {
      feed(plan.rolloutId(), new JournalEntry.Outcomes(new JournalTrim(plan).slice(slice)));
    }
  }

  void samples(RolloutPlan plan, List<Sample> slice) {
    if (isRecorded(plan)) {
      feed(plan.rolloutId(), new JournalEntry.Samples(new JournalTrim(plan).samples(slice)));
    }
  }

  void labels(RolloutPlan plan, List<LabelledPrediction> labels) {
    if (isRecorded(plan)) {
      feed(plan.rolloutId(), new JournalEntry.Labels(new JournalTrim(plan).labels(labels)));
    }
  }

  void business(RolloutPlan plan, List<BusinessUnit> units) {
    if (isRecorded(plan)) {
      feed(plan.rolloutId(), new JournalEntry.Business(new JournalTrim(plan).business(units)));
    }
  }

  void pairs(RolloutPlan plan, List<MirrorPair> pairs) {
    if (isRecorded(plan)) {
      feed(plan.rolloutId(), new JournalEntry.Pairs(new JournalTrim(plan).pairs(pairs)));
    }
  }

  private boolean isRecorded(RolloutPlan plan) {
    Recording recording = recordings.get(plan.rolloutId());
    return recording != null && !recording.ended;
  }

  /** It was looked whether the evidence is enough; kept when there was more of it than before. */
  void settled(RolloutPlan plan, Instant now, Optional<Verdict> decided) {
    Recording recording = recordings.get(plan.rolloutId());
    if (recording != null && !recording.ended && (recording.fed || decided.isPresent())) {
      append(plan.rolloutId(), recording, new JournalEntry.Settled(now, decided));
      recording.fed = false;
    }
  }

  void finished(RolloutPlan plan) {
    if (isRecorded(plan)) {
      feed(plan.rolloutId(), new JournalEntry.Finished());
    }
  }

  /** The rollout is over: the last entry. */
  void ended(RolloutPlan plan, Instant now, Verdict verdict) {
    Recording recording = recordings.get(plan.rolloutId());
    if (recording != null && !recording.ended) {
      append(plan.rolloutId(), recording, new JournalEntry.Ended(now, verdict));
      recording.ended = true;
    }
  }

  void renamed(Renaming renaming) {
    journal.renamed(renaming);
  }

  void forget(String rollout) {
    recordings.remove(rollout);
  }

  private void feed(String rollout, JournalEntry entry) {
    Recording recording = recordings.get(rollout);
    if (recording != null) {
      append(rollout, recording, entry);
      recording.fed = true;
    }
  }

  private void append(String rollout, Recording recording, JournalEntry entry) {
    journal.append(rollout, recording.next, entry.toBytes());
    recording.next++;
  }

  /** {@code int32 n, n x (text rollout, int64 entries, boolean ended)}. */
  void writeTo(DataOutput out) throws IOException {
    out.writeInt(recordings.size());
    for (var entry : recordings.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue().next);
      out.writeBoolean(entry.getValue().ended);
    }
  }

  /**
   * What {@link #writeTo} wrote, by rollout.
   *
   * @throws IOException when it is damaged
   */
  static Map<String, Place> read(DataInput in) throws IOException {
    int size = in.readInt();
    var places = new LinkedHashMap<String, Place>();
    for (int i = 0; i < size; i++) {
      places.put(in.readUTF(), new Place(in.readLong(), in.readBoolean()));
    }
    return places;
  }

  /** Goes on where {@link #writeTo} stood; what was recorded later did not happen. */
  void restore(Map<String, Place> places) {
    var entries = new HashMap<String, Long>();
    places.forEach((rollout, place) -> {
      var recording = new Recording();
      recording.next = place.next();
      recording.ended = place.ended();
      recordings.put(rollout, recording);
      entries.put(rollout, place.next());
    });
    journal.restored(entries);
    recordings.forEach((rollout, recording) -> {
      if (!recording.ended) {
        append(rollout, recording, new JournalEntry.Restored());
      }
    });
  }
}
