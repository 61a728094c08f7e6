package dev.weir.monitor;

import dev.weir.monitor.history.HistoryConfig;
import dev.weir.monitor.history.HistoryCounts;
import dev.weir.monitor.history.HistoryKeeper;
import dev.weir.monitor.history.HistoryRoutes;
import dev.weir.monitor.history.HistoryStore;
import dev.weir.monitor.history.SeasonalBaseline;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.store.SavePoint;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.List;

/** Sketches by minute, hour and day, and what is asked of them. */
final class HistoryRoom implements Room {
  private final HistoryConfig config;
  private final Clock clock;
  private final HistoryStore store;
  private final HistoryKeeper keeper;
  private final SavePoint saves;

  HistoryRoom(MonitorConfig config, Surroundings around) {
    this.config = config.history();
    this.clock = around.clock();
    this.saves = around.saves();
    var counts = new HistoryCounts();
    this.store =
        around
            .resources()
            .add(
                "history",
                HistoryStore.open(
                    around.data().resolve("history.db"),
                    config.instance(),
                    config.history(),
                    config.intake().maxRouters() * config.kafka().ownership().owned().size(),
                    counts));
    this.keeper = new HistoryKeeper(store, config.history(), counts, clock);
    counts.registerWith(around.telemetry().meter(), store);
  }

  /** Takes what is to be remembered. */
  HistoryKeeper keeper() {
    return keeper;
  }

  /** What was seen a week ago. */
  SeasonalBaseline lastWeek() {
    return new SeasonalBaseline(store);
  }

  @Override
  public void slice(String routerProcess, OutcomeSlice slice) {
    keeper.slice(routerProcess, slice);
  }

  @Override
  public void foreign(OutcomeSlice shown) {
    keeper.foreign(shown);
  }

  @Override
  public void samples(List<Sample> slice) {
    keeper.samples(slice);
  }

  @Override
  public void labels(List<LabelledPrediction> labels) {
    keeper.labels(labels);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    routes.register("/api/v1/history", new HistoryRoutes(store, config, clock));
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(config.writeInterval(), () -> saves.save(keeper::write));
    scheduler.every(Duration.ofMinutes(1), keeper::compact);
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("write history", () -> saves.save(keeper::close));
  }
}
