package dev.weir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.config.ConfigurationLoader.Outcome;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.engine.triton.TritonProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** A whole worker with a real Triton that dies and comes back. */
final class TritonWorkerIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern ADDRESS = Pattern.compile("grpc=(\\S+)");

  static {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  @TempDir Path folder;

  @Test
  void it_serves_by_triton_says_when_that_is_away_and_serves_again_when_it_is_back()
      throws Exception {
    try (var triton = TritonProcess.start(folder.resolve("triton"));
        var registry = new FakeRegistry(0);
        var monitor = new FakeMonitor();
        var worker = new Resources()) {
      byte[] bytes = OnnxFile.sumAndProduct();
      registry.push(Versions.sumAndProduct("1", bytes), bytes);
      registry.push(Versions.sumAndProduct("2", bytes), bytes);
      registry.place("test/1", "test/2");
      Matcher listening =
          ADDRESS.matcher(WorkerMain.start(config(triton, registry, monitor), worker));
      assertThat(listening.find()).isTrue();
      try (var channel =
          GrpcChannel.to(HostAndPort.parse("worker", listening.group(1)), List.of())) {
        var stub = GRPCInferenceServiceGrpc.newBlockingStub(channel.channel());
        await().atMost(SOON).until(() -> registry.lastReport().getState() == WorkerState.READY);
        assertThat(registry.lastReport().getEngine()).isEqualTo("triton");
        ModelInferResponse response = stub.modelInfer(Versions.sumAndProductRequest(1, 2, 3, 4));
        assertThat(response.getModelName()).isEqualTo("test");
        assertThat(response.getModelVersion()).isEqualTo("2");

        triton.kill();
        await()
            .atMost(SOON)
            .until(() -> registry.lastReport().getState() == WorkerState.ENGINE_DOWN);
        triton.start();
        await()
            .atMost(SOON)
            .until(() ->
                registry.lastReport().getState() == WorkerState.READY
                    && registry.lastReport().getVersionsList().stream()
                        .allMatch(version -> version.getState() == VersionState.AVAILABLE));
        assertThat(
                stub.modelInfer(
                        Versions.sumAndProductRequest(1, 2, 3, 4).toBuilder()
                            .setModelVersion("1")
                            .build())
                    .getModelVersion())
            .isEqualTo("1");
      }
    }
  }

  private WorkerConfig config(TritonProcess triton, FakeRegistry registry, FakeMonitor monitor) {
    var arguments =
        List.of(
            "--data=" + folder.resolve("worker"),
            "--registry=127.0.0.1:" + registry.port(),
            "--monitor=127.0.0.1:" + monitor.port(),
            "--grpc.port=0",
            "--http.port=0",
            "--drain-grace=0s",
            "--engine=triton",
            "--triton.address=" + triton.address(),
            "--triton.repository=" + triton.repository());
    var loader = new ConfigurationLoader<>("model-worker", WorkerConfig.defaults());
    return ((Outcome.Run<WorkerConfig>) loader.load(arguments, Map.of())).configuration();
  }
}
