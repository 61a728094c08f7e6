package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.local.MeshUnderTest;
import dev.weir.local.mesh.ManagedProcess;
import dev.weir.local.mesh.Ports;
import dev.weir.platform.grpc.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second server that shares no code with Triton, behind the router. */
final class MlserverIT {
  private static final Path TESTS = MeshUnderTest.HOME.resolve("deploy/local/src/test");
  private static final List<ServedModel> MODELS =
      List.of(
          new ServedModel("echo", "FP32", "FP32"),
          new ServedModel("text", "BYTES", "BYTES"),
          new ServedModel("slow", "INT64", "INT64"));

  @TempDir Path folder;

  @Test
  void mlserver_answers_through_the_router() throws Exception {
    String mlserver = ExternalProgram.need("WEIR_MLSERVER_BIN");
    String python = ExternalProgram.need("WEIR_TRITON_PYTHON");
    var ports = new Ports(false, text -> {});
    var address = new HostAndPort("127.0.0.1", ports.take("MLServer", 0));
    Path models = TESTS.resolve("models/mlserver");
    try (var server =
            ManagedProcess.start(
                "mlserver",
                List.of(mlserver, "start", models.toString()),
                Map.of(
                    "PYTHONPATH", models.toString(),
                    "PYTHONDONTWRITEBYTECODE", "1",
                    "MLSERVER_HOST", "127.0.0.1",
                    "MLSERVER_GRPC_PORT", String.valueOf(address.port()),
                    "MLSERVER_HTTP_PORT", String.valueOf(ports.take("MLServer, HTTP", 0)),
                    "MLSERVER_METRICS_PORT", String.valueOf(ports.take("MLServer, metrics", 0)),
                    "MLSERVER_PARALLEL_WORKERS", "0"),
                folder.resolve("mlserver.log"));
        var readiness = new ServerReadiness(address)) {
      readiness.await(server);
      try (var router =
          RouterUnderTest.start(
              folder, MODELS, List.of(new RouterUnderTest.Server(address, MODELS)), List.of())) {
        ExternalProgram.Ended ended =
            ExternalProgram.run(
                Duration.ofMinutes(3),
                List.of(
                    python,
                    TESTS.resolve("python/mlserver_calls.py").toString(),
                    router.address().toString()));
        System.out.print(ended.output());
        var table = new CaseTable("mlserver");
        table.addLines(ended.output());
        table.check();
        assertThat(ended.status()).as(ended.output()).isZero();
      }
    }
  }
}
