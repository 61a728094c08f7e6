package dev.weir.monitor;

import dev.weir.monitor.alert.AlertBook;
import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.replay.JournalFolder;
import dev.weir.monitor.replay.ReplayCounts;
import dev.weir.monitor.scale.Ownership;
import dev.weir.monitor.store.EvidenceErasure;
import dev.weir.monitor.store.EvidenceFile;
import dev.weir.monitor.store.EvidenceKeeper;
import dev.weir.monitor.store.FeedbackKeeper;
import dev.weir.monitor.store.SavePoint;
import dev.weir.monitor.verdict.RolloutFindings;
import dev.weir.monitor.verdict.VerdictSender;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The evidence about rollouts, kept on disk, and the verdicts that the registry gets. */
final class EvidenceRoom implements Room {
  private static final Duration FOREIGN_CLOSE_INTERVAL = Duration.ofSeconds(1);

  private final MonitorConfig config;
  private final ForeignCalls foreign;
  private final Readiness readiness;
  private final Scheduler scheduler;
  private final RolloutFindings findings;
  private final EvidenceBook book;
  private final VerdictSender sender;
  private final SavePoint saves;
  private final Ownership ownership;
  private final EvidenceErasure erasure;

  /**
   * @param units which units have had their business numbers: saved with the evidence
   * @param foreign calls that other senders told of
   * @param labels are on disk before evidence made of them
   * @param others see what the book takes
   */
  EvidenceRoom(
      MonitorConfig config,
      IntakeCounts counts,
      AlertBook alerts,
      BusinessMemory units,
      ForeignCalls foreign,
      FeedbackKeeper labels,
      List<EvidenceListener> others,
      Surroundings around)
      throws IOException {
    this.config = config;
    this.foreign = foreign;
    this.readiness = around.readiness();
    this.scheduler = around.scheduler();
    this.findings = new RolloutFindings(alerts, around.clock());
    var replayCounts = new ReplayCounts();
    var journals =
        new JournalFolder(around.data().resolve("replay"), config.replay(), replayCounts);
    this.book =
        new EvidenceBook(
            config.evidence(),
            config.intake(),
            counts,
            around.clock(),
            new ToOthers(others),
            journals,
            List.of(units, foreign.memory()));
    this.sender =
        new VerdictSender(around.registry().channel(), config.instance(), book, around.clock());
    this.saves = around.saves();
    this.ownership = config.kafka().ownership();
    var keeper =
        new EvidenceKeeper(
            new EvidenceFile(around.data().resolve("evidence.bin")),
            book,
            readiness,
            () -> {
              journals.flush();
              labels.flush();
            });
    replayCounts.registerWith(around.telemetry().meter());
    keeper.load();
    saves.evidence(keeper::save);
    this.erasure =
        new EvidenceErasure(
            new EvidenceFile(around.data().resolve("erasing.bin")),
            book,
            journals,
            saves::save,
            Randomness.secure());
  }

  EvidenceErasure erasure() {
    return erasure;
  }

  EvidenceBook book() {
    return book;
  }

  VerdictSender sender() {
    return sender;
  }

  @Override
  public void labels(List<LabelledPrediction> labels) {
    book.takeLabels(labels);
  }

  @Override
  public void follow(Snapshot snapshot) {
    book.follow(ownership.own(snapshot));
    findings.follow(snapshot);
  }

  @Override
  public void start(Scheduler timers) {
    timers.every(config.intake().sampleSlice(), book::closeSamples);
    timers.every(FOREIGN_CLOSE_INTERVAL, () -> foreign.close(book));
    timers.every(config.evidence().saveInterval(), saves::save);
    timers.every(config.evidence().verdictInterval(), sender::send);
    timers.every(Duration.ofSeconds(5), () -> findings.look(book.verdicts(), sender.silence()));
    timers.every(Duration.ofSeconds(1), this::saySilence);
    timers.after(Duration.ZERO, erasure::tryFinish);
    timers.every(Duration.ofMinutes(1), erasure::tryFinish);
  }

  private void saySilence() {
    if (sender.silence().isZero()) {
      readiness.ready("verdicts");
    } else {
      readiness.degraded(
          "verdicts", "the registry has taken none for " + sender.silence().toSeconds() + " s");
    }
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("save evidence", saves::save);
  }

  /** Brings the book's news to the other rooms; a decision is sent at once. */
  private final class ToOthers implements EvidenceListener {
    private final List<EvidenceListener> others;

    ToOthers(List<EvidenceListener> others) {
      this.others = List.copyOf(others);
    }

    @Override
    public void slice(String routerProcess, OutcomeSlice slice) {
      others.forEach(other -> other.slice(routerProcess, slice));
    }

    @Override
    public void foreign(OutcomeSlice shown) {
      others.forEach(other -> other.foreign(shown));
    }

    @Override
    public void samples(List<Sample> slice) {
      others.forEach(other -> other.samples(slice));
    }

    @Override
    public void decided(Verdict verdict) {
      others.forEach(other -> other.decided(verdict));
      findings.decided(verdict);
      scheduler.after(Duration.ZERO, sender::send);
    }
  }
}
