package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StubControlPlaneTest {
  private final StubControlPlane control =
      new StubControlPlane(BenchSnapshot.at(Instant.EPOCH, 3), null);

  @AfterEach
  void close() {
    control.close();
  }

  @Test
  void a_router_gets_a_sticky_route_in_a_rollout_and_others_and_then_signs_of_life()
      throws Exception {
    try (GrpcChannel channel = GrpcChannel.to(control.address(), List.of())) {
      Iterator<WatchResponse> watch =
          SnapshotServiceGrpc.newBlockingStub(channel.channel())
              .watch(WatchRequest.getDefaultInstance());
      List<Route> routes = watch.next().getSnapshot().getRoutesList();
      assertThat(routes)
          .extracting(Route::getName)
          .containsExactly("z-model-1", "a-model-2", "resnet50");
      Route route = routes.getLast();
      assertThat(route.getName()).isEqualTo("resnet50");
      assertThat(route.getRolloutId()).isNotEmpty();
      assertThat(route.getSticky().getHeader()).isEqualTo("x-session");
      assertThat(route.getVariantsList())
          .extracting(v -> v.getArm() + " " + v.getVersion() + " " + v.getWeightBasisPoints())
          .containsExactly("ARM_BASELINE 1 9500", "ARM_CANARY 2 500");
      WatchResponse alive = watch.next();
      assertThat(alive.hasSnapshot()).isFalse();
      assertThat(alive.getRevision()).isEqualTo(1);
    }
  }

  @Test
  void a_worker_is_ready_with_both_versions_at_its_port_of_the_upstream() {
    WorkerStatus status = BenchSnapshot.worker("w", 7001);
    assertThat(status.getState()).isEqualTo(WorkerState.READY);
    assertThat(status.getAddress()).isEqualTo("127.0.0.1:7001");
    assertThat(status.getVersionsList()).hasSize(2);
    // upstream.c holds a status of at most 512 bytes with its framing
    assertThat(status.getSerializedSize()).isLessThan(500);
  }

  @Test
  void outcomes_are_counted_once_although_they_are_sent_again() throws Exception {
    var slice = OutcomeSlice.newBuilder().setSequence(1).addCells(cell(Arm.ARM_BASELINE, 95));
    slice.addCells(cell(Arm.ARM_CANARY, 5)).addCells(cell(Arm.ARM_UNSPECIFIED, 7));
    var request = ReportOutcomesRequest.newBuilder().addSlices(slice).build();
    try (GrpcChannel channel = GrpcChannel.to(control.address(), List.of())) {
      var intake = IntakeServiceGrpc.newBlockingStub(channel.channel());
      assertThat(intake.reportOutcomes(request).getAcknowledgedSequence()).isEqualTo(1);
      assertThat(intake.reportOutcomes(request).getAcknowledgedSequence()).isEqualTo(1);
    }
    assertThat(control.intake().requests()).isEqualTo(107);
    assertThat(control.intake().noUnits()).isEqualTo(7);
    assertThat(control.intake().canaryShare()).isCloseTo(0.05, within(1e-9));
    assertThat(control.intake().errors()).isZero();
  }

  private static OutcomeCell cell(Arm arm, long started) {
    return OutcomeCell.newBuilder()
        .setKey(OutcomeKey.newBuilder().setArm(arm))
        .setStarted(started)
        .build();
  }
}
