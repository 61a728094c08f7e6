package dev.weir.monitor;

import dev.weir.monitor.dashboard.BusinessRoutes;
import dev.weir.monitor.guardrail.BusinessUnit;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.intake.BusinessBoard;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.DirectDoor;
import dev.weir.monitor.intake.ExposureBoard;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeDoor;
import dev.weir.monitor.intake.IntakeReceiver;
import dev.weir.monitor.intake.SaidDropped;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.labelling.LabellingConfig;
import dev.weir.monitor.labelling.LabellingRoutes;
import dev.weir.monitor.mirror.MirrorBoard;
import dev.weir.monitor.mirror.MirrorMetrics;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.monitor.privacy.EraseRoutes;
import dev.weir.monitor.scale.LogFeed;
import dev.weir.monitor.scale.SharedLog;
import dev.weir.monitor.store.FeedbackKeeper;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Sample;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What routers, workers and labellers report, joined and handed on. */
final class IntakeRoom implements Room {
  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

  private final LabellingConfig labellingConfig;
  private final FeedbackKeeper keeper;
  private final InsightRoom insight;
  private final ExposureBoard exposures;
  private final FeedbackJoin feedback;
  private final MirrorBoard mirrors;
  private final Map<String, Erasable> erasable = new LinkedHashMap<>();
  private final BusinessBoard means = new BusinessBoard();
  private final @Nullable SharedLog shared;
  private final IntakeDoor door;
  private final BusinessDoor business;
  private BooleanSupplier readLogWhen = () -> true;

  /**
   * @param units which units have had their business numbers
   * @param keeper keeps on disk what waits for a label
   * @param log what it writes
   * @param kept what of a prediction waits for its label
   * @param takers get labels that found their prediction
   * @param others hold something of single requests, by a word for the answer
   */
  IntakeRoom(
      MonitorConfig config,
      IntakeCounts counts,
      EvidenceBook book,
      BusinessMemory units,
      FeedbackKeeper keeper,
      FeedbackLog log,
      InsightRoom insight,
      TraceStore traces,
      UnaryOperator<Sample> kept,
      List<Room> takers,
      Map<String, Erasable> others,
      Surroundings around)
      throws IOException {
    this.labellingConfig = config.labelling();
    this.keeper = keeper;
    this.insight = insight;
    this.exposures = new ExposureBoard(counts, new SaidDropped(config.intake().maxRouters()));
    this.feedback =
        new FeedbackJoin(
            config.intake(),
            counts,
            log,
            kept,
            labels -> {
              if (!around.saves().isAgain()) {
                takers.forEach(room -> room.labels(labels));
              }
            });
    var ofUnits =
        new BusinessUnits(
            config.intake(),
            units,
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
    BusinessDoor here = BusinessDoor.into(means, ofUnits);
    if (config.kafka().enabled()) {
      // what waits for a label is read again from Kafka: the file may know more than the evidence
      var feed = new LogFeed(book, feedback, ofUnits, here, mirrors, around.clock());
      this.shared =
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
      this.door = shared.door();
      this.business = shared.business();
      shared.registerWith(around.telemetry().meter());
    } else {
      feedback.restore(keeper.load());
      this.shared = null;
      this.door = new DirectDoor(book, feedback, ofUnits, mirrors);
      this.business = here;
    }
    erasable.putAll(others);
    erasable.put("labels", feedback);
    erasable.put("labelling", insight.labelling());
    erasable.put("why", insight.why());
    erasable.put("mirrors", mirrors);
    erasable.put("business", ofUnits);
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
    routes.register("/api/v1/erase", new EraseRoutes(erasable));
  }

  /** What monitors wrote for each other is read only when this says so. */
  void readLogWhen(BooleanSupplier ready) {
    readLogWhen = ready;
  }

  @Override
  public void start(Scheduler scheduler) {
    if (shared != null) {
      shared.start(scheduler, readLogWhen);
    }
    scheduler.every(FLUSH_INTERVAL, keeper::tryFlush);
  }

  @Override
  public void onDrain(Resources resources) {
    if (shared != null) {
      resources.onDrain("stop reading the shared log", shared::stopReading);
    }
    resources.onDrain("save labels", keeper::tryFlush);
  }
}
