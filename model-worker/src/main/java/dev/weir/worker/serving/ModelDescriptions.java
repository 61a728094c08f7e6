package dev.weir.worker.serving;

import dev.weir.proto.inference.ModelMetadataResponse;
import dev.weir.proto.inference.ModelStatistics;
import dev.weir.proto.inference.RepositoryIndexResponse.ModelIndex;
import dev.weir.proto.inference.StatisticDuration;
import dev.weir.worker.placement.Life;
import dev.weir.worker.placement.LifeWords;
import dev.weir.worker.placement.ServedVersion;
import dev.weir.worker.placement.VersionCounters;
import dev.weir.worker.placement.VersionTable;
import dev.weir.worker.tensor.TensorSignature;
import java.util.List;

/** What the inference protocol says about versions. Pure. */
final class ModelDescriptions {
  private ModelDescriptions() {}

  static ModelMetadataResponse metadata(ServedVersion version, List<VersionTable.Row> siblings) {
    var response =
        ModelMetadataResponse.newBuilder()
            .setName(version.key().model())
            .setPlatform(version.loaded().config().getPlatform());
    siblings.stream()
        .filter(row -> row.served().isPresent())
        .forEach(row -> response.addVersions(row.key().version()));
    version.signature().inputs().forEach(tensor -> response.addInputs(describe(tensor)));
    version.signature().outputs().forEach(tensor -> response.addOutputs(describe(tensor)));
    return response.build();
  }

  private static ModelMetadataResponse.TensorMetadata describe(TensorSignature.Tensor tensor) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(tensor.name())
        .setDatatype(tensor.type().name())
        .addAllShape(tensor.shape())
        .build();
  }

  static ModelStatistics statistics(ServedVersion version) {
    VersionCounters counters = version.counters();
    var statistics =
        ModelStatistics.newBuilder()
            .setName(version.key().model())
            .setVersion(version.key().version())
            .setLastInference(counters.lastMillis())
            .setInferenceCount(counters.inferences())
            .setExecutionCount(counters.success().count());
    statistics
        .getInferenceStatsBuilder()
        .setSuccess(duration(counters.success()))
        .setFail(duration(counters.fail()))
        .setQueue(duration(counters.queue()))
        .setComputeInput(duration(counters.input()))
        .setComputeInfer(duration(counters.infer()))
        .setComputeOutput(duration(counters.output()));
    return statistics.build();
  }

  private static StatisticDuration duration(VersionCounters.Total total) {
    return StatisticDuration.newBuilder().setCount(total.count()).setNs(total.nanos()).build();
  }

  static ModelIndex index(VersionTable.Row row) {
    String state =
        switch (row.life()) {
          case Life.Available _ -> "READY";
          case Life.Fetching _, Life.FetchWaiting _, Life.Loading _, Life.EngineWaiting _ ->
              "LOADING";
          case Life.Quiescing _, Life.Unloading _ -> "UNLOADING";
          case Life.LoadFailed _, Life.Gone _ -> "UNAVAILABLE";
        };
    return ModelIndex.newBuilder()
        .setName(row.key().model())
        .setVersion(row.key().version())
        .setState(state)
        .setReason(LifeWords.reason(row.life()))
        .build();
  }
}
