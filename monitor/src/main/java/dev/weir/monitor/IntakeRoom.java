package dev.weir.monitor;

import dev.weir.monitor.guardrail.BusinessUnit;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.ExposureBoard;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeReceiver;
import dev.weir.monitor.intake.SaidDropped;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.labelling.LabellingConfig;
import dev.weir.monitor.labelling.LabellingRoutes;
import dev.weir.monitor.mirror.MirrorBoard;
import dev.weir.monitor.mirror.MirrorMetrics;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.monitor.privacy.EraseRoutes;
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
import java.util.function.UnaryOperator;

/** What routers, workers and labellers report, joined and handed on. */
final class IntakeRoom implements Room {
  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

  private final LabellingConfig labellingConfig;
  private final FeedbackKeeper keeper;
  private final EvidenceBook book;
  private final InsightRoom insight;
  private final ExposureBoard exposures;
  private final FeedbackJoin feedback;
  private final BusinessUnits business;
  private final MirrorBoard mirrors;
  private final Map<String, Erasable> erasable = new LinkedHashMap<>();

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
    this.book = book;
    this.insight = insight;
    this.exposures = new ExposureBoard(counts, new SaidDropped(config.intake().maxRouters()));
    this.feedback =
        new FeedbackJoin(
            config.intake(),
            counts,
            log,
            kept,
            labels -> takers.forEach(room -> room.labels(labels)));
    feedback.restore(keeper.load());
    this.business =
        new BusinessUnits(
            config.intake(),
            units,
            counts,
            values -> book.takeBusiness(values.stream().map(BusinessUnit::of).toList()));
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
    erasable.putAll(others);
    erasable.put("labels", feedback);
    erasable.put("labelling", insight.labelling());
    erasable.put("why", insight.why());
    erasable.put("mirrors", mirrors);
    erasable.put("business", business);
    exposures.registerWith(around.telemetry().meter());
    MirrorMetrics.register(around.telemetry().meter(), mirrors);
  }

  FeedbackJoin feedback() {
    return feedback;
  }

  BusinessUnits business() {
    return business;
  }

  MirrorBoard mirrors() {
    return mirrors;
  }

  /** The service that routers, workers and labellers call. */
  IntakeReceiver service() {
    return new IntakeReceiver(book, feedback, business, exposures, mirrors);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    new LabellingRoutes(insight.labelling(), labellingConfig, feedback::takeLabels).addTo(routes);
    routes.register("/api/v1/erase", new EraseRoutes(erasable));
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(FLUSH_INTERVAL, keeper::tryFlush);
  }

  @Override
  public void onDrain(Resources resources) {
    resources.onDrain("save labels", keeper::tryFlush);
  }
}
