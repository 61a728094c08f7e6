package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Condition;
import dev.weir.proto.route.v1.Deny;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Route;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The traffic policy through a running router. */
class PolicyTest {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("user", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path data;
  private Mesh mesh;

  @BeforeEach
  void start() {
    mesh = new Mesh(data, Snapshots.of(1, experimental(), limited(), denying()), "fraud/1 fraud/2");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private static Route.Builder route(String name) {
    return Snapshots.pair(name, "one", "two");
  }

  private static Route experimental() {
    return route("experimental")
        .addLayers(
            Snapshots.halves(
                "models",
                "s",
                "size",
                Snapshots.half("small", "one"),
                Snapshots.half("large", "two")))
        .build();
  }

  private static Route limited() {
    Route.Builder route = route("limited");
    route.getLimitsBuilder().getRouteBuilder().setRequestsPerSecond(0.001).setBurst(2);
    return route.build();
  }

  private static Route denying() {
    return route("denying")
        .addRules(
            Match.newBuilder()
                .addConditions(Condition.newBuilder().setHeader("user").setRegex("mal.*"))
                .setDeny(Deny.newBuilder().setMessage("not you")))
        .build();
  }

  private static ModelInferRequest request(String model) {
    return ModelInferRequest.newBuilder().setModelName(model).setId("id-1").build();
  }

  private static Metadata user(String name) {
    var metadata = new Metadata();
    metadata.put(USER, name);
    return metadata;
  }

  @Test
  void who_saw_which_arm_is_told_to_the_monitor_once() {
    for (int round = 0; round < 3; round++) {
      for (int user = 0; user < 20; user++) {
        Mesh.Answer answer = mesh.infer(request("experimental"), user("user-" + user));
        assertThat(answer.header(MeshMetadata.REASON)).isEqualTo("experiment");
      }
    }

    Awaitility.await().until(() -> mesh.monitor.exposures().size() >= 20);
    Set<Long> units = new HashSet<>();
    for (Exposure exposure : mesh.monitor.exposures()) {
      assertThat(units.add(exposure.getUnit())).isTrue();
      assertThat(exposure.getExperiment()).isEqualTo("size");
      assertThat(exposure.getVariant())
          .isEqualTo(exposure.getArm().equals("small") ? "one" : "two");
    }
    assertThat(units).hasSize(20);
    var assignment = mesh.worker(1).seen.getFirst().assignment();
    assertThat(assignment.getExperiment()).isEqualTo("size");
    assertThat(assignment.getArm()).isEqualTo(Arm.ARM_UNSPECIFIED);
  }

  @Test
  void what_is_over_a_limit_never_reaches_a_worker() {
    mesh.infer(request("limited"));
    mesh.infer(request("limited"));

    StatusRuntimeException refused = mesh.failure(request("limited"));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getStatus().getDescription())
        .isEqualTo(
            "Request for model 'limited': more than 0.001 requests per second come for it, its limit");
    assertThat(mesh.worker(1).seen).hasSize(2);
  }

  @Test
  void a_rule_refuses_in_its_own_words() {
    mesh.infer(request("denying"), user("ann"));

    Status status = Status.OK;
    try {
      mesh.infer(request("denying"), user("mallory"));
    } catch (StatusRuntimeException e) {
      status = e.getStatus();
    }

    assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(status.getDescription()).isEqualTo("not you");
  }
}
