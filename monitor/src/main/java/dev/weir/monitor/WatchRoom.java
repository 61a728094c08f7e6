package dev.weir.monitor;

import dev.weir.monitor.alert.AlertBook;
import dev.weir.monitor.history.HistoryKeeper;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.store.EvidenceFile;
import dev.weir.monitor.store.SavePoint;
import dev.weir.monitor.store.WatchKeeper;
import dev.weir.monitor.watch.FeatureReader;
import dev.weir.monitor.watch.GroupInputs;
import dev.weir.monitor.watch.LabelRoutes;
import dev.weir.monitor.watch.LabelWatch;
import dev.weir.monitor.watch.LastWeek;
import dev.weir.monitor.watch.StandingWatch;
import dev.weir.monitor.watch.WatchMetrics;
import dev.weir.monitor.watch.WatchRoutes;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The standing watch over live versions: their inputs, predictions and labels. */
final class WatchRoom implements Room {
  private static final Duration SAVE_INTERVAL = Duration.ofSeconds(10);

  private final StandingWatch watch;
  private final LabelWatch labels;
  private final FeatureReader features;
  private final GroupInputs groups = new GroupInputs();
  private final WatchKeeper keeper;
  private final SavePoint saves;
  private final WatchKeeper labelKeeper;
  private final Duration workInterval;

  /**
   * @param history takes the features that are read
   * @param lastWeek what was seen a week ago
   */
  WatchRoom(
      MonitorConfig config,
      IntakeCounts counts,
      AlertBook alerts,
      HistoryKeeper history,
      LastWeek lastWeek,
      Surroundings around)
      throws IOException {
    this.watch =
        new StandingWatch(
            config.watch(),
            counts,
            alerts,
            lastWeek,
            around.clock(),
            Randomness.seeded(Randomness.freshSeed()));
    this.labels = new LabelWatch(config.watch(), counts, alerts, around.clock());
    this.features = new FeatureReader(config.watch().maxFeatures(), history);
    this.workInterval = config.intake().sampleSlice();
    this.saves = around.saves();
    this.keeper =
        new WatchKeeper(
            new EvidenceFile(around.data().resolve("watch.bin")),
            watch,
            around.readiness(),
            "watch file");
    this.labelKeeper =
        new WatchKeeper(
            new EvidenceFile(around.data().resolve("label-watch.bin")),
            labels,
            around.readiness(),
            "label watch file");
    WatchMetrics.register(around.telemetry().meter(), watch);
    keeper.load();
    labelKeeper.load();
  }

  /** What of a prediction waits for its label. */
  GroupInputs groups() {
    return groups;
  }

  @Override
  public void samples(List<Sample> slice) {
    watch.samples(slice);
    labels.samples(slice);
    features.samples(slice);
  }

  @Override
  public void labels(List<LabelledPrediction> found) {
    labels.labels(found);
  }

  @Override
  public void follow(Snapshot snapshot) {
    watch.follow(snapshot);
    labels.follow(snapshot);
    features.follow(snapshot);
    groups.follow(snapshot);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    new WatchRoutes(watch).addTo(routes);
    new LabelRoutes(labels).addTo(routes);
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(workInterval, watch::work);
    scheduler.every(Duration.ofSeconds(1), labels::look);
    scheduler.every(SAVE_INTERVAL, () -> saves.save(keeper::save));
    scheduler.every(SAVE_INTERVAL, () -> saves.save(labelKeeper::save));
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("save watch", () -> saves.save(keeper::save));
    resources.onDrain("save label watch", () -> saves.save(labelKeeper::save));
  }
}
