package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.route.v1.Route;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a router does while the others are away. */
class AloneTest {
  private static final HostAndPort NOWHERE = new HostAndPort("127.0.0.1", 1);

  @TempDir Path data;
  private final FakeRegistry registry = new FakeRegistry();
  private final FakeWorker worker = new FakeWorker("worker-1", "fraud/1");

  @AfterEach
  void stop() {
    worker.close();
    registry.close();
  }

  private RunningRouter router(FakeDiscovery discovery) {
    return new RunningRouter(data, registry.address(), NOWHERE, discovery);
  }

  private FakeDiscovery discovery() {
    return new FakeDiscovery(List.of(FakeDiscovery.instance(worker)));
  }

  @Test
  void a_router_that_starts_while_registry_and_discovery_are_away_serves_what_it_knew() {
    registry.publish(Snapshots.of(3, Snapshots.single("fraud", "1")));
    try (RunningRouter before = router(discovery())) {
      before.awaitServing("fraud");
    }
    registry.close();

    try (RunningRouter after = router(new FakeDiscovery(null))) {
      after.awaitServing("fraud");
      assertThat(after.client().modelInfer(request("fraud")).getModelVersion()).isEqualTo("1");
    }
  }

  @Test
  void traffic_goes_on_when_the_registry_goes_away() {
    registry.publish(Snapshots.of(3, Snapshots.single("fraud", "1")));
    try (RunningRouter router = router(discovery())) {
      router.awaitServing("fraud");
      registry.close();
      for (int i = 0; i < 20; i++) {
        assertThat(router.client().modelInfer(request("fraud")).getModelVersion()).isEqualTo("1");
      }
    }
  }

  @Test
  void a_discovery_that_has_just_restarted_and_knows_nobody_takes_no_worker_away() {
    registry.publish(Snapshots.of(3, Snapshots.single("fraud", "1")));
    FakeDiscovery discovery = discovery();
    try (RunningRouter router = router(discovery)) {
      router.awaitServing("fraud");
      discovery.say(List.of());
      assertThat(router.client().modelInfer(request("fraud")).getModelVersion()).isEqualTo("1");

      worker.kill();
      Awaitility.await().until(() -> router.workers.workers().isEmpty());
    }
  }

  @Test
  void a_snapshot_that_cannot_be_obeyed_changes_nothing() {
    registry.publish(Snapshots.of(3, Snapshots.single("fraud", "1")));
    try (RunningRouter router = router(discovery())) {
      router.awaitServing("fraud");
      Route broken = Snapshots.single("fraud", "1").toBuilder().setMaxAttempts(9).build();
      registry.publish(Snapshots.of(4, broken));
      registry.publish(
          Snapshots.of(5, Snapshots.single("fraud", "1"), Snapshots.single("new", "1")));
      router.awaitHealth("new", ServingStatus.NOT_SERVING);
      assertThat(router.client().modelInfer(request("fraud")).getModelVersion()).isEqualTo("1");
    }
  }

  @Test
  void before_the_first_snapshot_requests_are_told_so() {
    registry.close();
    try (RunningRouter router = router(discovery())) {
      StatusRuntimeException refused =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              StatusRuntimeException.class, () -> router.client().modelInfer(request("fraud")));
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refused.getStatus().getDescription())
          .isEqualTo("Request for model 'fraud': the router has no routes yet");
      assertThat(router.health("")).isEqualTo(ServingStatus.NOT_SERVING);
    }
  }
}
