package dev.weir.monitor;

import dev.weir.monitor.inspect.Inspected;
import dev.weir.monitor.inspect.Inspection;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.labelling.LabellingQueue;
import dev.weir.monitor.why.DeploymentLog;
import dev.weir.monitor.why.WhyBoard;
import dev.weir.monitor.why.WhyRoutes;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Snapshot;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Single samples looked at: which slice explains a change, and which are worth a label. */
final class InsightRoom implements Room {
  private final WhyBoard why;
  private final DeploymentLog deployments;
  private final WhyRoutes whyRoutes;
  private final LabellingQueue labelling;
  private final Inspection inspection;
  private final Duration workInterval;

  /**
   * @param traces knows which traces can be shown
   * @param others get each sample that was looked at, too
   */
  InsightRoom(
      MonitorConfig config,
      IntakeCounts counts,
      TraceStore traces,
      List<Consumer<Inspected>> others,
      Surroundings around) {
    this.why = new WhyBoard(config.why(), around.clock());
    this.deployments = new DeploymentLog(config.why(), around.clock());
    this.whyRoutes = new WhyRoutes(why, deployments, config.why(), traces::holds, around.clock());
    this.labelling = new LabellingQueue(config.labelling(), around.clock());
    var readers = new ArrayList<Consumer<Inspected>>(others);
    readers.add(why::observe);
    readers.add(labelling::observe);
    this.inspection =
        new Inspection(
            config.why().maxWaitingSamples(), config.why().maxFeatures(), counts, readers);
    this.workInterval = config.intake().sampleSlice();
  }

  WhyBoard why() {
    return why;
  }

  LabellingQueue labelling() {
    return labelling;
  }

  @Override
  public void samples(List<Sample> slice) {
    inspection.samples(slice);
  }

  @Override
  public void labels(List<LabelledPrediction> labels) {
    why.labels(labels);
    labelling.labelled(labels.stream().map(label -> label.label().getRequestId()).toList());
  }

  @Override
  public void follow(Snapshot snapshot) {
    inspection.follow(snapshot);
    deployments.follow(snapshot);
  }

  @Override
  public void addTo(HttpRouting.Builder routes) {
    routes.register("/api/v1/why", whyRoutes);
  }

  @Override
  public void start(Scheduler scheduler) {
    scheduler.every(workInterval, inspection::work);
  }
}
