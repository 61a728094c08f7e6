package dev.weir.registry;

import static dev.weir.registry.RegistryFixture.route;
import static dev.weir.registry.RegistryFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.proto.registry.v1.AuditEntry;
import dev.weir.proto.registry.v1.DivertRouteRequest;
import dev.weir.proto.registry.v1.ListAuditRequest;
import dev.weir.proto.registry.v1.ReportWorkerStatusRequest;
import dev.weir.proto.registry.v1.RestoreRouteRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sending all of a route's requests to its fallback, through the gRPC door. */
final class DiversionTest {
  @TempDir Path folder;
  private RegistryFixture registry;

  @BeforeEach
  void open() throws IOException {
    registry = new RegistryFixture(folder);
    for (String number : List.of("1", "2", "3")) {
      registry.push(number);
    }
    registry.put(withFallback());
    workerHas("1", "2", "3");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  /** All to version 2; version 1 is what is known to work. */
  private static Route.Builder withFallback() {
    return route("2")
        .addVariants(Variant.newBuilder().setName("old").setModel("fraud").setVersion("1"))
        .setFallback(Fallback.newBuilder().addRungs(FallbackRung.newBuilder().setVariant("old")));
  }

  private void workerHas(String... versions) {
    WorkerStatus.Builder status =
        WorkerStatus.newBuilder()
            .setInstance("worker-1")
            .setState(WorkerState.READY)
            .setSnapshotRevision(registry.newest().getRevision());
    for (String version : versions) {
      status.addVersions(
          VersionStatus.newBuilder()
              .setModel("fraud")
              .setVersion(version)
              .setState(VersionState.AVAILABLE));
    }
    registry.snapshots.reportWorkerStatus(
        ReportWorkerStatusRequest.newBuilder().setStatus(status).build());
  }

  private Route divert() {
    return registry
        .rollouts
        .divertRoute(DivertRouteRequest.newBuilder().setRoute("fraud").setReason("errors").build())
        .getRoute();
  }

  private Route restore() {
    return registry
        .rollouts
        .restoreRoute(RestoreRouteRequest.newBuilder().setRoute("fraud").build())
        .getRoute();
  }

  private Route published() {
    return registry.newest().getRoutes(0);
  }

  private List<AuditEntry> audit() {
    return registry.rollouts.listAudit(ListAuditRequest.getDefaultInstance()).getEntriesList();
  }

  private static void assertRefused(Throwable error, String message) {
    assertThat(error).isInstanceOf(StatusRuntimeException.class);
    Status status = ((StatusRuntimeException) error).getStatus();
    assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(status.getDescription()).contains(message);
  }

  private static int weight(Route route, String variant) {
    return route.getVariantsList().stream()
        .filter(v -> v.getName().equals(variant))
        .mapToInt(Variant::getWeightBasisPoints)
        .sum();
  }

  @Test
  void a_diverted_route_sends_everything_to_its_fallback_until_it_is_restored() {
    Route before = published();
    Route stored = divert();
    assertThat(stored.getGeneration()).isEqualTo(before.getGeneration() + 1);
    assertThat(weight(published(), "old")).isEqualTo(10_000);
    assertThat(weight(published(), "main")).isZero();
    assertThat(published().getDiversion().getBy()).isEqualTo("ada");
    assertThat(published().getDiversion().getReason()).isEqualTo("errors");
    Route after = restore();
    assertThat(after.toBuilder().setGeneration(before.getGeneration()).build()).isEqualTo(before);
    assertThat(published()).isEqualTo(after);
    assertThat(audit())
        .extracting(AuditEntry::getAction)
        .endsWith("route.diverted", "route.restored");
  }

  @Test
  void doing_it_again_changes_nothing() {
    Route once = divert();
    long revision = registry.newest().getRevision();
    assertThat(divert()).isEqualTo(once);
    assertThat(registry.newest().getRevision()).isEqualTo(revision);
    Route restored = restore();
    assertThat(restore()).isEqualTo(restored);
  }

  @Test
  void a_diverted_route_is_still_diverted_after_a_restart() throws IOException {
    divert();
    Route published = published();
    registry.close();
    registry = new RegistryFixture(folder, registry.clock);
    assertThat(published()).isEqualTo(published);
  }

  @Test
  void a_route_without_a_variant_to_fall_back_on_is_refused() {
    registry.put(route("2"));
    assertRefused(catchThrowable(this::divert), "has no fallback variant");
    registry.put(
        route("2")
            .setFallback(
                Fallback.newBuilder().addRungs(FallbackRung.newBuilder().setVariant("main"))));
    assertRefused(catchThrowable(this::divert), "has no fallback variant");
  }

  @Test
  void nobody_is_diverted_to_a_version_that_no_worker_has() {
    workerHas("2");
    assertRefused(
        catchThrowable(this::divert),
        "cannot be diverted to variant old: 1 of 1 ready workers do not have fraud/1");
  }

  @Test
  void an_unknown_route_is_not_found() {
    assertThat(
            catchThrowable(() ->
                registry.rollouts.divertRoute(
                    DivertRouteRequest.newBuilder().setRoute("nope").build())))
        .hasMessageContaining("NOT_FOUND: route nope does not exist; routes: fraud");
  }

  @Test
  void while_it_is_diverted_a_route_is_neither_put_nor_rolled_out() {
    divert();
    assertRefused(
        catchThrowable(() -> registry.put(withFallback())), "is diverted to old by ada; restore");
    assertRefused(
        catchThrowable(() -> registry.start(spec("3", 500, 10_000))), "is diverted to old by ada");
  }

  @Test
  void a_rollout_with_traffic_is_paused_and_waits_for_the_route_and_an_operator() {
    Rollout rollout = registry.start(spec("3", 500, 10_000));
    workerHas("1", "2", "3");
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PROGRESSING);
    divert();
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PAUSED);
    assertThat(registry.rollout(rollout.getId()).getReason())
        .isEqualTo("paused by ada: its route is diverted to old");
    assertThat(weight(published(), "old")).isEqualTo(10_000);
    assertThat(published().getRolloutId()).isEmpty();
    assertRefused(
        catchThrowable(() -> steer(rollout, SteerRolloutRequest.Command.RESUME)), "is diverted");
    restore();
    assertThat(weight(published(), "canary")).isEqualTo(500);
    assertThat(published().getRolloutId()).isEqualTo(rollout.getId());
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PAUSED);
    assertThat(steer(rollout, SteerRolloutRequest.Command.RESUME).getState())
        .isEqualTo(RolloutState.PROGRESSING);
  }

  @Test
  void a_rollout_that_is_aborted_meanwhile_leaves_the_route_diverted() {
    Rollout rollout = registry.start(spec("3", 500, 10_000));
    workerHas("1", "2", "3");
    divert();
    steer(rollout, SteerRolloutRequest.Command.ABORT);
    assertThat(weight(published(), "old")).isEqualTo(10_000);
    assertThat(weight(restore(), "baseline")).isEqualTo(10_000);
  }

  @Test
  void evidence_against_the_canary_still_rolls_back() {
    Rollout rollout = registry.start(spec("3", 500, 10_000));
    workerHas("1", "2", "3");
    divert();
    registry.verdict(
        Verdict.newBuilder().setRolloutId(rollout.getId()).setState(VerdictState.VIOLATED));
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(weight(published(), "old")).isEqualTo(10_000);
  }

  @Test
  void a_rollout_that_was_preparing_gets_no_traffic_before_the_route_is_restored() {
    workerHas("1", "2");
    Rollout rollout = registry.start(spec("3", 500, 10_000));
    divert();
    workerHas("1", "2", "3");
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PREPARING);
    assertThat(registry.rollout(rollout.getId()).getWaitingFor())
        .isEqualTo("the route, which is diverted to old: restore it");
    restore();
    registry.clock.advance(Duration.ofSeconds(1));
    workerHas("1", "2", "3");
    assertThat(registry.rollout(rollout.getId()).getState()).isEqualTo(RolloutState.PROGRESSING);
  }

  private Rollout steer(Rollout rollout, SteerRolloutRequest.Command command) {
    return registry
        .rollouts
        .steerRollout(
            SteerRolloutRequest.newBuilder()
                .setRolloutId(rollout.getId())
                .setCommand(command)
                .build())
        .getRollout();
  }
}
