package dev.weir.monitor;

import dev.weir.monitor.dashboard.BusinessRoutes;
import dev.weir.monitor.guardrail.BusinessUnit;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.intake.BusinessBoard;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.DirectDoor;
import dev.weir.monitor.intake.ExposureBoard;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeDoor;
import dev.weir.monitor.intake.IntakeReceiver;
import dev.weir.monitor.intake.SaidDropped;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.labelling.LabellingConfig;
import dev.weir.monitor.labelling.LabellingRoutes;
import dev.weir.monitor.mirror.MirrorBoard;
import dev.weir.monitor.mirror.MirrorMetrics;
import dev.weir.monitor.privacy.EraseRoutes;
import dev.weir.monitor.scale.LogFeed;
import dev.weir.monitor.scale.SharedLog;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Scheduler;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What routers, workers and labellers report, joined and handed on. */
final class IntakeRoom implements Room {
  private final LabellingConfig labellingConfig;
  private final InsightRoom insight;
  private final ExposureBoard exposures;
  private final FeedbackJoin feedback;
  private final MirrorBoard mirrors;
  private final BusinessBoard means = new BusinessBoard();
  private final @Nullable SharedLog log;
  private final IntakeDoor door;
  private final BusinessDoor business;
  private BooleanSupplier readLogWhen = () -> true;

  /**
   * @param takers get labels that found their prediction
   */
  IntakeRoom(
      MonitorConfig config,
      IntakeCounts counts,
      EvidenceBook book,
      InsightRoom insight,
      TraceStore traces,
      List<Room> takers,
      Surroundings around) {
    this.labellingConfig = config.labelling();
    this.insight = insight;
    this.exposures = new ExposureBoard(counts, new SaidDropped(config.intake().maxRouters()));
    this.feedback =
        new FeedbackJoin(
            config.intake(),
            counts,
            labels -> {
              if (!around.saves().isAgain()) {
                takers.forEach(room -> room.labels(labels));
              }
            });
    var units =
        new BusinessUnits(
            config.intake(),
            counts,
            values -> {
              if (!around.saves().isAgain()) {
                book.takeBusiness(values.stream().map(BusinessUnit::of).toList());
              }
            });
    this.mirrors =
        new MirrorBoard(
            config.mirror(),
            counts,
            new SaidDropped(config.intake().maxRouters()),
            traces::keepExamples,
            pairs -> {
              book.takePairs(pairs);
              insight.labelling().pairs(pairs);
            },
            around.clock());
    BusinessDoor here = BusinessDoor.into(means, units);
    if (config.kafka().enabled()) {
      var feed = new LogFeed(book, feedback, units, here, mirrors, around.clock());
      this.log =
          around
              .resources()
              .add(
                  "shared log",
                  new SharedLog(
                      config.kafka(),
                      config.instance(),
                      feed,
                      book,
                      around.saves(),
                      config.intake().maxPredictions(),
                      counts,
                      around.readiness(),
                      around.clock()));
      this.door = log.door();
      this.business = log.business();
      log.registerWith(around.telemetry().meter());
    } else {
      this.log = null;
      this.door = new DirectDoor(book, feedback, units, mirrors);
      this.business = here;
    }
    exposures.registerWith(around.telemetry().meter());
    MirrorMetrics.register(around.telemetry().meter(), mirrors);
  }

  FeedbackJoin feedback() {
    return feedback;
  }

  /** Takes what metrics say about variants. */
  BusinessDoor business() {
    return business;
  }

  MirrorBoard mirrors() {
    return mirrors;
  }

  /** The service that routers, workers and labellers call. */
  IntakeReceiver service() {
    return new IntakeReceiver(door, exposures);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    new LabellingRoutes(insight.labelling(), labellingConfig, door::labels).addTo(routes);
    routes.register("/api/v1/business", new BusinessRoutes(means));
    routes.register(
        "/api/v1/erase",
        new EraseRoutes(
            Map.of("labels", feedback, "labelling", insight.labelling(), "why", insight.why())));
  }

  /** What other monitors may have written is read only when this says so. */
  void readLogWhen(BooleanSupplier ready) {
    readLogWhen = ready;
  }

  @Override
  public void start(Scheduler scheduler) {
    if (log != null) {
      log.start(scheduler, readLogWhen);
    }
  }

  @Override
  public void onDrain(Resources resources) {
    if (log != null) {
      resources.onDrain("stop reading the log", log::stopReading);
    }
  }
}
