package dev.weir.monitor;

import dev.weir.monitor.alert.AlertBook;
import dev.weir.monitor.alert.AlertFile;
import dev.weir.monitor.alert.AlertRoutes;
import dev.weir.monitor.alert.Alerting;
import dev.weir.monitor.alert.IntakeLoss;
import dev.weir.monitor.alert.RegistryActions;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;

/** Alerts, whoever finds something, and what is done about them. */
final class AlertRoom implements Room {
  private final AlertBook book;
  private final RegistryActions actions;
  private final Alerting alerting;
  private final AlertFile file;
  private final IntakeLoss loss;
  private final Clock clock;

  AlertRoom(MonitorConfig config, IntakeCounts counts, Surroundings around) throws IOException {
    this.clock = around.clock();
    this.book = new AlertBook(config.alerts(), clock, Randomness.seeded(Randomness.freshSeed()));
    this.actions =
        new RegistryActions(config.alerts(), around.registry().channel(), around.clock());
    this.alerting =
        around
            .resources()
            .add(
                "alerting",
                new Alerting(
                    book, config.alerts(), config.instance(), actions, clock, around.scheduler()));
    this.loss = new IntakeLoss(counts, config.alerts(), book, clock);
    this.file = new AlertFile(around.data().resolve("alerts.json"), book, around.readiness());
    alerting.registerWith(around.telemetry().meter());
    file.load();
  }

  /** Takes findings. */
  AlertBook book() {
    return book;
  }

  @Override
  public void follow(Snapshot snapshot) {
    actions.follow(snapshot);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    new AlertRoutes(book, clock).addTo(routes);
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(IntakeLoss.LOOK_EVERY, loss::look);
    alerting.start(scheduler, file);
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("save alerts", file::save);
  }
}
