package dev.weir.router.logical;

import dev.weir.proto.inference.InferBatchStatistics;
import dev.weir.proto.inference.InferStatistics;
import dev.weir.proto.inference.ModelStatistics;
import dev.weir.proto.inference.StatisticDuration;
import java.util.TreeMap;

/**
 * One model version's statistics over all workers: counts and times add up, the latest inference is
 * the latest of all. Not thread-safe.
 */
final class StatisticsSum {
  private final ModelStatistics.Builder sum;
  private final InferStatistics.Builder times = InferStatistics.newBuilder();
  private final TreeMap<Long, InferBatchStatistics.Builder> batches = new TreeMap<>();

  StatisticsSum(String model, String version) {
    this.sum = ModelStatistics.newBuilder().setName(model).setVersion(version);
  }

  void add(ModelStatistics worker) {
    sum.setLastInference(Math.max(sum.getLastInference(), worker.getLastInference()));
    sum.setInferenceCount(sum.getInferenceCount() + worker.getInferenceCount());
    sum.setExecutionCount(sum.getExecutionCount() + worker.getExecutionCount());
    InferStatistics more = worker.getInferenceStats();
    times.setSuccess(plus(times.getSuccess(), more.getSuccess()));
    times.setFail(plus(times.getFail(), more.getFail()));
    times.setQueue(plus(times.getQueue(), more.getQueue()));
    times.setComputeInput(plus(times.getComputeInput(), more.getComputeInput()));
    times.setComputeInfer(plus(times.getComputeInfer(), more.getComputeInfer()));
    times.setComputeOutput(plus(times.getComputeOutput(), more.getComputeOutput()));
    times.setCacheHit(plus(times.getCacheHit(), more.getCacheHit()));
    times.setCacheMiss(plus(times.getCacheMiss(), more.getCacheMiss()));
    for (InferBatchStatistics batch : worker.getBatchStatsList()) {
      addBatch(batch);
    }
  }

  private void addBatch(InferBatchStatistics more) {
    InferBatchStatistics.Builder batch =
        batches.computeIfAbsent(
            more.getBatchSize(), size -> InferBatchStatistics.newBuilder().setBatchSize(size));
    batch.setComputeInput(plus(batch.getComputeInput(), more.getComputeInput()));
    batch.setComputeInfer(plus(batch.getComputeInfer(), more.getComputeInfer()));
    batch.setComputeOutput(plus(batch.getComputeOutput(), more.getComputeOutput()));
  }

  private static StatisticDuration plus(StatisticDuration one, StatisticDuration other) {
    return StatisticDuration.newBuilder()
        .setCount(one.getCount() + other.getCount())
        .setNs(one.getNs() + other.getNs())
        .build();
  }

  ModelStatistics sum() {
    ModelStatistics.Builder whole = sum.clone().setInferenceStats(times);
    batches.values().forEach(whole::addBatchStats);
    return whole.build();
  }
}
