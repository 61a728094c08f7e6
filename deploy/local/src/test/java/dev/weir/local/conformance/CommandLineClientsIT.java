package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.local.MeshUnderTest;
import dev.weir.local.mesh.Components;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The command-line programs that people point at a gRPC server, against a router that serves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CommandLineClientsIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String SERVICE = "inference.GRPCInferenceService";
  private static final String REQUEST =
      """
      {"model_name": "employment", "id": "by-hand", "inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 16],
        "contents": {"fp32_contents": [61, 16, 1, 0, 2, 0, 3, 1, 4, 1, 2, 2, 2, 2, 1, 1]}}]}
      """;

  private @Nullable MeshUnderTest under;

  @BeforeAll
  void startMesh(@TempDir Path data) throws IOException {
    ExternalProgram.need("WEIR_GRPC_HEALTH_PROBE_BIN");
    under = MeshUnderTest.start(data.resolve("mesh"), Components.EMBEDDED, Map.of());
  }

  @AfterAll
  void stopMesh() throws Exception {
    if (under != null) {
      under.close();
    }
  }

  private String router() {
    return Objects.requireNonNull(under).mesh.service("router").grpc().toString();
  }

  private ExternalProgram.Ended probe(String... options) throws Exception {
    var command = new ArrayList<String>();
    command.add(ExternalProgram.need("WEIR_GRPC_HEALTH_PROBE_BIN"));
    command.add("-addr=" + router());
    command.addAll(List.of(options));
    return ExternalProgram.run(LIMIT, command);
  }

  @Test
  void grpc_health_probe_finds_the_router_healthy() throws Exception {
    assertThat(probe().succeeded()).contains("SERVING");
  }

  @Test
  void grpc_health_probe_finds_the_service_and_each_model_healthy() throws Exception {
    assertThat(probe("-service=" + SERVICE).succeeded()).contains("SERVING");
    assertThat(probe("-service=employment").succeeded()).contains("SERVING");
  }

  @Test
  void grpc_health_probe_says_that_a_model_is_unknown() throws Exception {
    ExternalProgram.Ended ended = probe("-service=nobody");
    assertThat(ended.status()).as(ended.output()).isNotZero();
    assertThat(ended.output()).containsIgnoringCase("unknown");
  }

  private String grpcurl(String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(ExternalProgram.need("WEIR_GRPCURL_BIN"));
    command.add("-plaintext");
    command.addAll(List.of(arguments));
    return ExternalProgram.run(LIMIT, command).succeeded();
  }

  @Test
  void grpcurl_lists_and_describes_by_reflection() throws Exception {
    assertThat(grpcurl(router(), "list").lines())
        .contains(SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection");
    assertThat(grpcurl(router(), "list", SERVICE).lines()).hasSize(20);
    assertThat(grpcurl(router(), "describe", SERVICE + ".ModelInfer"))
        .contains("inference.ModelInferRequest")
        .contains("inference.ModelInferResponse");
    assertThat(grpcurl(router(), "describe", "inference.ModelInferRequest"))
        .contains("raw_input_contents");
  }

  @Test
  void grpcurl_calls_what_the_router_answers_itself() throws Exception {
    assertThat(grpcurl(router(), SERVICE + "/ServerLive")).contains("\"live\": true");
    assertThat(grpcurl(router(), SERVICE + "/ServerReady")).contains("\"ready\": true");
    assertThat(grpcurl("-d", "{\"name\": \"employment\"}", router(), SERVICE + "/ModelMetadata"))
        .contains("\"features\"")
        .contains("\"label\"");
    assertThat(
            grpcurl("-d", "{\"service\": \"employment\"}", router(), "grpc.health.v1.Health/Check"))
        .contains("SERVING");
  }

  @Test
  void grpcurl_calls_what_the_router_forwards() throws Exception {
    String answer = grpcurl("-v", "-d", REQUEST, router(), SERVICE + "/ModelInfer");
    assertThat(answer).contains("\"id\": \"by-hand\"").contains("\"label\"");
    assertThat(answer).contains("weir-served-version: employment/1");
  }

  @Test
  void grpcurl_streams() throws Exception {
    String answers = grpcurl("-d", REQUEST + REQUEST, router(), SERVICE + "/ModelStreamInfer");
    assertThat(answers.split("\"id\": \"by-hand\"", -1)).as(answers).hasSize(3);
  }

  @Test
  void ghz_sees_no_error() throws Exception {
    Path proto = MeshUnderTest.HOME.resolve("proto/src/main/proto/inference/inference.proto");
    String report =
        ExternalProgram.run(
                LIMIT,
                List.of(
                    ExternalProgram.need("WEIR_GHZ_BIN"),
                    "--insecure",
                    "--proto=" + proto,
                    "--call=" + SERVICE + ".ModelInfer",
                    "--data=" + REQUEST,
                    "--total=2000",
                    "--concurrency=20",
                    "--connections=4",
                    "--timeout=20s",
                    router()))
            .succeeded();
    assertThat(report).contains("[OK]").containsPattern("\\[OK]\\s+2000 responses");
    assertThat(report).doesNotContain("Error distribution");
  }
}
