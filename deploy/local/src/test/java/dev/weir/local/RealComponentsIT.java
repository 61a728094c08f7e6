package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.local.mesh.Components;
import dev.weir.proto.route.v1.RolloutState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh with real Triton servers and a real Consul, called by NVIDIA's own client. */
final class RealComponentsIT {
  private static final Path CALLS =
      MeshUnderTest.HOME.resolve("deploy/local/src/test/python/tritonclient_calls.py");

  @TempDir Path folder;

  private static void need(String... variables) {
    for (String variable : variables) {
      assumeTrue(
          System.getenv(variable) != null,
          variable + " is not set: ./weir components installs the real components");
    }
  }

  @Test
  void tritonclient_calls_pass_through_the_router_to_onnx_runtime() throws Exception {
    need("WEIR_TRITON_PYTHON");
    try (MeshUnderTest under =
        MeshUnderTest.start(folder.resolve("mesh"), Components.EMBEDDED, Map.of())) {
      callWithTritonClient(under);
    }
  }

  @Test
  void tritonclient_calls_pass_through_the_router_to_a_real_triton_found_by_a_real_consul()
      throws Exception {
    need("WEIR_TRITON_PYTHON", "WEIR_TRITON_BIN", "WEIR_CONSUL_BIN");
    try (MeshUnderTest under =
        MeshUnderTest.start(folder.resolve("mesh"), new Components(true, true, false), Map.of())) {
      callWithTritonClient(under);

      under.push(3);
      var started = under.rollOut(3, 1);
      Awaitility.await()
          .atMost(90, TimeUnit.SECONDS)
          .until(() -> under.rollout(started.getId()).hasEndedAt());
      assertThat(under.rollout(started.getId()).getState()).isEqualTo(RolloutState.COMPLETED);

      LoadStatistics window = under.openWindow();
      under.mesh.kill("worker-2");
      MeshUnderTest.awaitEnded(window, 200);
      assertThat(window.failed()).as(window.report(1).text()).isZero();

      under.mesh.killExternal("consul");
      LoadStatistics withoutConsul = under.openWindow();
      MeshUnderTest.awaitEnded(withoutConsul, 500);
      assertThat(withoutConsul.failed())
          .as("Consul is down: last known endpoints stay. " + withoutConsul.report(1).text())
          .isZero();
    }
  }

  private static void callWithTritonClient(MeshUnderTest under)
      throws IOException, InterruptedException {
    Process calls =
        new ProcessBuilder(
                System.getenv("WEIR_TRITON_PYTHON"),
                CALLS.toString(),
                under.mesh.service("router").grpc().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(calls.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(calls.waitFor()).as(output).isZero();
    System.out.print(output);
  }
}
