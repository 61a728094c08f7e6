package dev.weir.router.logical;

import com.google.common.util.concurrent.ListenableFuture;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelStatistics;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.ModelStatisticsResponse;
import dev.weir.router.balance.Worker;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.policy.VersionId;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all workers at the same time for a version's statistics and adds them up. A worker that does
 * not answer in time is left out. Blocks; for virtual threads.
 */
final class WorkerStatistics {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerStatistics.class);
  private static final long DEADLINE_MILLIS = 2_000;

  private final WorkerSet workers;
  private final Function<Worker, Channel> channels;

  WorkerStatistics(WorkerSet workers, Function<Worker, Channel> channels) {
    this.workers = workers;
    this.channels = channels;
  }

  /** Answers on their way. */
  record Asked(
      String route, String version, List<ListenableFuture<ModelStatisticsResponse>> answers) {}

  /**
   * Asks all workers that have the version.
   *
   * @param route name that the client knows the model by
   */
  Asked ask(String route, RouteVariant variant) {
    VersionId version = variant.served();
    var request =
        ModelStatisticsRequest.newBuilder()
            .setName(version.model())
            .setVersion(version.version())
            .build();
    List<ListenableFuture<ModelStatisticsResponse>> answers = new ArrayList<>();
    for (Worker worker : workers.workers()) {
      if (worker.health() instanceof WorkerHealth.Ready(var available)
          && available.contains(version)) {
        answers.add(
            GRPCInferenceServiceGrpc.newFutureStub(channels.apply(worker))
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .modelStatistics(request));
      }
    }
    return new Asked(route, version.version(), answers);
  }

  /** Waits for the answers, within their deadline, and adds them up. */
  static ModelStatistics sum(Asked asked) throws InterruptedException {
    var sum = new StatisticsSum(asked.route(), asked.version());
    for (ListenableFuture<ModelStatisticsResponse> answer : asked.answers()) {
      try {
        answer.get().getModelStatsList().stream()
            .filter(s -> s.getVersion().equals(asked.version()))
            .forEach(sum::add);
      } catch (ExecutionException e) {
        LOG.atDebug()
            .setCause(e)
            .addKeyValue("route", asked.route())
            .log("a worker gave no statistics");
      }
    }
    return sum.sum();
  }
}
