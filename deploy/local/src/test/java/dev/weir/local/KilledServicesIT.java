package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.local.mesh.Components;
import dev.weir.proto.registry.v1.ListVersionsRequest;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * "What happens when ..." of docs/architecture.md, with real processes that are really killed while
 * clients call.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KilledServicesIT {
  @TempDir static Path folder;
  private static MeshUnderTest under;

  @BeforeAll
  static void start() throws IOException {
    under = MeshUnderTest.start(folder.resolve("mesh"), Components.EMBEDDED, Map.of());
  }

  @AfterAll
  static void stop() throws InterruptedException, IOException {
    if (under != null) {
      under.close();
    }
  }

  @Test
  @Order(1)
  void a_killed_worker_fails_no_request_and_takes_traffic_again() throws Exception {
    LoadStatistics window = under.openWindow();
    under.mesh.kill("worker-1");
    MeshUnderTest.awaitEnded(window, 300);
    under.restartWorker("worker-1");
    MeshUnderTest.awaitEnded(window, 500);
    assertThat(window.failed()).as(window.report(1).text()).isZero();

    LoadStatistics onlyTheFirst = under.openWindow();
    under.mesh.kill("worker-2");
    MeshUnderTest.awaitEnded(onlyTheFirst, 200);
    under.restartWorker("worker-2");
    assertThat(onlyTheFirst.failed()).as(onlyTheFirst.report(1).text()).isZero();
  }

  @Test
  @Order(2)
  void a_worker_that_is_told_to_stop_fails_no_request() throws Exception {
    LoadStatistics window = under.openWindow();
    under.mesh.stop("worker-1");
    MeshUnderTest.awaitEnded(window, 200);
    under.restartWorker("worker-1");
    MeshUnderTest.awaitEnded(window, 400);
    assertThat(window.failed()).as(window.report(1).text()).isZero();
  }

  @Test
  @Order(3)
  void without_the_registry_traffic_goes_on_also_after_a_router_restart() throws Exception {
    LoadStatistics window = under.openWindow();
    under.mesh.kill("registry");
    MeshUnderTest.awaitEnded(window, 200);
    assertThat(window.failed()).as(window.report(1).text()).isZero();
    assertThatThrownBy(() -> under.push(2))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));

    under.mesh.kill("router");
    under.mesh.launch("router");
    under.mesh.awaitReady("router");
    under.awaitModelReady();
    LoadStatistics afterRestart = under.openWindow();
    MeshUnderTest.awaitEnded(afterRestart, 300);
    LoadStatistics settled = under.openWindow();
    MeshUnderTest.awaitEnded(settled, 200);
    assertThat(settled.failed()).as(settled.report(1).text()).isZero();

    under.mesh.launch("registry");
    under.mesh.awaitReady("registry");
    await()
        .atMost(10, TimeUnit.SECONDS)
        .ignoreExceptionsMatching(e -> e instanceof StatusRuntimeException)
        .untilAsserted(() ->
            assertThat(
                    under
                        .registry()
                        .models()
                        .listVersions(
                            ListVersionsRequest.newBuilder().setModel("employment").build())
                        .getVersionsList())
                .as("what was acknowledged is there after kill -9")
                .hasSize(1));
  }

  @Test
  @Order(4)
  void without_the_monitor_a_rollout_holds_its_step_and_says_so_and_goes_on_when_it_is_back()
      throws Exception {
    under.push(3);
    Rollout started = under.rollOut(3, 2);
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> under.rollout(started.getId()).getState() == RolloutState.PROGRESSING);
    under.mesh.kill("monitor");
    LoadStatistics window = under.openWindow();
    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(
            () -> assertThat(under.rollout(started.getId()).getWaitingFor()).contains("verdict"));
    int step = (int) under.rollout(started.getId()).getStep();
    await()
        .during(Duration.ofSeconds(5))
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> (int) under.rollout(started.getId()).getStep() == step);
    assertThat(window.failed()).as(window.report(1).text()).isZero();

    under.mesh.launch("monitor");
    under.mesh.awaitReady("monitor");
    await().atMost(90, TimeUnit.SECONDS).until(() -> under.rollout(started.getId()).hasEndedAt());
    assertThat(under.rollout(started.getId()).getState()).isEqualTo(RolloutState.COMPLETED);
    assertThat(window.failed()).as(window.report(1).text()).isZero();
  }

  @Test
  @Order(5)
  void a_rollout_survives_the_death_of_the_registry() throws Exception {
    // version 3 serves now; version 1 is as sound
    Rollout started = under.rollOut(1, 2);
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> under.rollout(started.getId()).getState() == RolloutState.PROGRESSING);
    LoadStatistics window = under.openWindow();
    under.mesh.kill("registry");
    under.mesh.launch("registry");
    under.mesh.awaitReady("registry");
    await().atMost(90, TimeUnit.SECONDS).until(() -> under.rollout(started.getId()).hasEndedAt());
    assertThat(under.rollout(started.getId()).getState()).isEqualTo(RolloutState.COMPLETED);
    assertThat(window.failed()).as(window.report(1).text()).isZero();
  }

  @Test
  @Order(6)
  void a_bad_canary_is_gone_from_the_router_within_a_second_of_the_verdict() throws Exception {
    under.push(4);
    LoadStatistics window = under.openWindow();
    Rollout started = under.rollOut(4, 30);
    await().atMost(90, TimeUnit.SECONDS).until(() -> under.rollout(started.getId()).hasEndedAt());
    assertThat(under.rollout(started.getId()).getState()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(window.versions()).containsKey("employment/4");
    long endedThen = window.ended();
    MeshUnderTest.awaitEnded(window, endedThen + 100); // about a second of traffic
    LoadStatistics after = under.openWindow();
    MeshUnderTest.awaitEnded(after, 200);
    assertThat(after.versions()).doesNotContainKey("employment/4");
    assertThat(after.failed()).as(after.report(1).text()).isZero();
  }
}
