package dev.weir.worker.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.time.TestClock;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.worker.admission.Room;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.placement.ArtifactCache;
import dev.weir.worker.placement.ArtifactFetch;
import dev.weir.worker.placement.ArtifactSource;
import dev.weir.worker.placement.FakeEngine;
import dev.weir.worker.placement.PlacementConfig;
import dev.weir.worker.placement.Placements;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkerStatusServiceTest {
  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final FakeEngine engine = new FakeEngine();
  private final Room room = new Room(4, 4, Duration.ZERO, clock);
  private Placements placements;
  private WorkerStatusBoard board;
  private WorkerStatusService service;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    String name = InProcessServerBuilder.generateName();
    channel = InProcessChannelBuilder.forName(name).build();
    placements =
        new Placements(
            engine,
            new ArtifactFetch(
                ArtifactCache.open(folder, 1 << 20, clock),
                new ArtifactSource(channel, Duration.ofSeconds(5))),
            job -> {},
            clock,
            PlacementConfig.defaults(),
            () -> {});
    board = new WorkerStatusBoard("w", engine, room, placements, Duration.ofSeconds(15), clock);
    board.bound("127.0.0.1:8030");
    service = new WorkerStatusService(board, 2);
    server = InProcessServerBuilder.forName(name).addService(service).build().start();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  /** A watcher that reads as much as it asks for. */
  private static final class Watcher
      implements ClientResponseObserver<WatchStatusRequest, WorkerStatus> {
    final List<WorkerStatus> statuses = new CopyOnWriteArrayList<>();
    final List<String> end = new CopyOnWriteArrayList<>();
    private final int initially;
    private @Nullable ClientCallStreamObserver<WatchStatusRequest> call;

    Watcher(int initially) {
      this.initially = initially;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchStatusRequest> started) {
      call = started;
      started.disableAutoRequestWithInitial(initially);
    }

    void read(int more) {
      Objects.requireNonNull(call).request(more);
    }

    @Override
    public void onNext(WorkerStatus status) {
      statuses.add(status);
    }

    @Override
    public void onError(Throwable error) {
      end.add(Status.fromThrowable(error).getCode().name());
    }

    @Override
    public void onCompleted() {
      end.add("end");
    }
  }

  private Watcher watch(int initially) {
    var watcher = new Watcher(initially);
    WorkerServiceGrpc.newStub(channel)
        .watchStatus(WatchStatusRequest.getDefaultInstance(), watcher);
    return watcher;
  }

  @Test
  void the_state_is_starting_until_a_snapshot_is_settled_then_what_the_worker_is() {
    assertThat(board.state()).isEqualTo(WorkerState.STARTING);
    placements.follow(Snapshot.newBuilder().setRevision(3).build());
    assertThat(board.state()).isEqualTo(WorkerState.READY);
    engine.become(new EngineHealth.Down("crashed"));
    assertThat(board.state()).isEqualTo(WorkerState.ENGINE_DOWN);
    engine.become(new EngineHealth.Up());
    board.drain();
    assertThat(board.state()).isEqualTo(WorkerState.DRAINING);
    assertThat(board.status().getSnapshotRevision()).isEqualTo(3);
    assertThat(board.status().getAddress()).isEqualTo("127.0.0.1:8030");
    assertThat(board.status().getEngine()).isEqualTo("fake");
  }

  @Test
  void a_watcher_gets_the_status_at_once_then_each_broadcast_and_the_end() {
    Watcher watcher = watch(100);
    await().until(() -> watcher.statuses.size() == 1);
    placements.follow(Snapshot.newBuilder().setRevision(1).build());
    service.broadcast();
    await().until(() -> watcher.statuses.size() == 2);
    assertThat(watcher.statuses.getLast().getState()).isEqualTo(WorkerState.READY);
    board.drain();
    service.complete();
    await().until(() -> !watcher.end.isEmpty());
    assertThat(watcher.statuses.getLast().getState()).isEqualTo(WorkerState.DRAINING);
    assertThat(watcher.end).containsExactly("end");
  }

  @Test
  void a_watcher_that_does_not_read_gets_no_backlog_but_the_newest_when_it_reads_again() {
    Watcher slow = watch(1);
    await().until(() -> slow.statuses.size() == 1);
    for (int i = 0; i < 100; i++) {
      service.broadcast();
    }
    placements.follow(Snapshot.newBuilder().setRevision(9).build());
    service.broadcast();
    slow.read(1_000);
    await()
        .until(
            () -> slow.statuses.getLast().getSnapshotRevision() == 9 && slow.statuses.size() < 60);
  }

  @Test
  void more_watchers_than_allowed_are_refused() {
    Watcher first = watch(10);
    Watcher second = watch(10);
    await().until(() -> first.statuses.size() == 1 && second.statuses.size() == 1);
    Watcher third = watch(10);
    await().until(() -> !third.end.isEmpty());
    assertThat(third.end).containsExactly("RESOURCE_EXHAUSTED");
  }
}
