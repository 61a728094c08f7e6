package dev.weir.platform.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.SkippingClock;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All in one thread, on a clock that stands still. */
final class SnapshotWatchTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private final TestClock clock = new TestClock();
  private final SkippingClock time = new SkippingClock(clock);
  private final Readiness readiness = new Readiness();
  private final Registry registry = new Registry();
  private final List<Snapshot> taken = new ArrayList<>();
  private final String name = UUID.randomUUID().toString();
  private final ManagedChannel channel =
      InProcessChannelBuilder.forName(name).directExecutor().build();
  private final List<SnapshotWatch> watches = new ArrayList<>();
  private Server server = serve();

  @TempDir private Path folder;

  /** Says what the test tells it to say. */
  private static final class Registry extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    final List<WatchRequest> requests = new ArrayList<>();
    final List<ServerCallStreamObserver<WatchResponse>> streams = new ArrayList<>();

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> response) {
      requests.add(request);
      var stream = (ServerCallStreamObserver<WatchResponse>) response;
      stream.setOnCancelHandler(() -> {});
      streams.add(stream);
    }

    void send(String epoch, long revision) {
      streams
          .getLast()
          .onNext(
              WatchResponse.newBuilder()
                  .setRevision(revision)
                  .setSnapshot(snapshot(epoch, revision))
                  .build());
    }

    void signOfLife() {
      streams.getLast().onNext(WatchResponse.getDefaultInstance());
    }
  }

  private static Snapshot snapshot(String epoch, long revision) {
    return Snapshot.newBuilder().setEpoch(epoch).setRevision(revision).build();
  }

  private Server serve() {
    try {
      return InProcessServerBuilder.forName(name)
          .directExecutor()
          .addService(registry)
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void connectedToNothing() {
    assertThat(server.isShutdown()).isFalse();
  }

  @AfterEach
  void stop() {
    watches.forEach(SnapshotWatch::close);
    channel.shutdownNow();
    server.shutdownNow();
  }

  private SnapshotWatch watch(Consumer<Snapshot> listener) {
    var watch =
        new SnapshotWatch(
            channel,
            "router router-1",
            new SnapshotStore(folder.resolve("snapshot.bin")),
            listener,
            readiness,
            time,
            clock);
    watches.add(watch);
    watch.start();
    return watch;
  }

  private SnapshotWatch watch() {
    return watch(taken::add);
  }

  private String registryState() {
    return String.valueOf(readiness.describe().get("registry"));
  }

  private void registryGoes() {
    server.shutdownNow();
  }

  private void registryReturns() {
    server = serve();
    channel.resetConnectBackoff();
    clock.advance(MOMENT);
  }

  @Test
  void a_newer_snapshot_is_taken_and_the_service_is_ready() {
    SnapshotWatch watch = watch();
    assertThat(registryState()).isEqualTo("not ready: no snapshot yet");
    registry.send("e", 1);
    registry.send("e", 2);
    assertThat(taken).containsExactly(snapshot("e", 1), snapshot("e", 2));
    assertThat(watch.current()).isEqualTo(snapshot("e", 2));
    assertThat(registryState()).isEqualTo("ready");
    assertThat(registry.requests)
        .containsExactly(WatchRequest.newBuilder().setWatcher("router router-1").build());
  }

  @Test
  void the_same_and_an_older_revision_are_not_taken() {
    SnapshotWatch watch = watch();
    registry.send("e", 5);
    registry.send("e", 5);
    registry.send("e", 4);
    assertThat(taken).containsExactly(snapshot("e", 5));
    assertThat(watch.current()).isEqualTo(snapshot("e", 5));
    assertThat(registryState()).isEqualTo("ready");
  }

  @Test
  void a_snapshot_of_another_epoch_is_taken_whatever_its_revision() {
    SnapshotWatch watch = watch();
    registry.send("e", 5);
    registry.send("other", 1);
    assertThat(watch.current()).isEqualTo(snapshot("other", 1));
  }

  @Test
  void a_refused_snapshot_leaves_the_old_one_in_force_and_on_disk() {
    SnapshotWatch watch =
        watch(snapshot -> {
          if (snapshot.getRevision() == 2) {
            throw new IllegalArgumentException("weights do not add up");
          }
          taken.add(snapshot);
        });
    registry.send("e", 1);
    registry.send("e", 2);
    assertThat(watch.current()).isEqualTo(snapshot("e", 1));
    assertThat(registryState())
        .isEqualTo(
            "degraded: revision 2 was refused: weights do not add up; working on revision 1");
    assertThat(new SnapshotStore(folder.resolve("snapshot.bin")).load()).contains(snapshot("e", 1));
    registry.signOfLife();
    assertThat(registryState()).startsWith("degraded");
    registry.send("e", 3);
    assertThat(taken).containsExactly(snapshot("e", 1), snapshot("e", 3));
    assertThat(registryState()).isEqualTo("ready");
  }

  @Test
  void a_restarted_process_works_on_the_snapshot_on_disk_while_the_registry_is_away() {
    SnapshotWatch before = watch();
    registry.send("e", 7);
    before.close();
    registryGoes();
    taken.clear();
    SnapshotWatch after = watch();
    assertThat(taken).containsExactly(snapshot("e", 7));
    assertThat(after.current()).isEqualTo(snapshot("e", 7));
    clock.advance(MOMENT);
    assertThat(readiness.isReady()).isTrue();
    assertThat(registryState())
        .isEqualTo("degraded: the registry does not answer; working on revision 7");
  }

  @Test
  void a_restarted_process_says_what_it_has() {
    SnapshotWatch before = watch();
    registry.send("e", 7);
    before.close();
    watch();
    assertThat(registry.requests.getLast().getKnownRevision()).isEqualTo(7);
    assertThat(registry.requests.getLast().getKnownEpoch()).isEqualTo("e");
    assertThat(registryState()).isEqualTo("degraded: working on the snapshot kept on disk");
    registry.signOfLife();
    assertThat(registryState()).isEqualTo("ready");
  }

  @Test
  void a_broken_file_is_as_good_as_none() throws IOException {
    Files.write(folder.resolve("snapshot.bin"), new byte[] {(byte) 0xff, 1, 2});
    watch();
    assertThat(taken).isEmpty();
    registry.send("e", 1);
    assertThat(taken).containsExactly(snapshot("e", 1));
    assertThat(new SnapshotStore(folder.resolve("snapshot.bin")).load()).contains(snapshot("e", 1));
  }

  @Test
  void a_snapshot_that_cannot_be_kept_is_in_force_all_the_same() throws IOException {
    SnapshotWatch watch = watch();
    Files.createDirectories(folder.resolve("snapshot.bin/in-the-way"));
    registry.send("e", 1);
    assertThat(watch.current()).isEqualTo(snapshot("e", 1));
    assertThat(registryState()).isEqualTo("ready");
  }

  @Test
  void it_connects_anew_when_the_registry_comes_back() {
    SnapshotWatch watch = watch();
    registry.send("e", 1);
    registryGoes();
    assertThat(registryState())
        .isEqualTo("degraded: the registry does not answer; working on revision 1");
    clock.advance(Duration.ofMinutes(10));
    assertThat(watch.current()).isEqualTo(snapshot("e", 1));
    assertThat(watch.silence()).isEqualTo(Duration.ofMinutes(10));
    registryReturns();
    assertThat(registry.requests.getLast().getKnownRevision()).isEqualTo(1);
    registry.send("e", 2);
    assertThat(watch.current()).isEqualTo(snapshot("e", 2));
    assertThat(registryState()).isEqualTo("ready");
    assertThat(watch.silence()).isZero();
  }

  @Test
  void a_stream_that_the_registry_ends_is_opened_again() {
    watch();
    registry.streams.getLast().onCompleted();
    clock.advance(MOMENT);
    registry.streams.getLast().onError(Status.UNAVAILABLE.asRuntimeException());
    clock.advance(MOMENT);
    assertThat(registry.requests).hasSize(3);
  }

  @Test
  void a_registry_that_is_away_is_asked_at_most_once_a_second_in_the_end() {
    watch();
    for (int i = 0; i < 20; i++) {
      registry.streams.getLast().onCompleted();
      clock.advance(MOMENT);
    }
    int before = registry.requests.size();
    registry.streams.getLast().onCompleted();
    clock.advance(Duration.ofMillis(999));
    assertThat(registry.requests).hasSize(before);
    clock.advance(Duration.ofMillis(1));
    assertThat(registry.requests).hasSize(before + 1);
  }

  @Test
  void silence_is_a_lost_connection() {
    watch();
    registry.send("e", 1);
    clock.advance(SnapshotWatch.SILENCE);
    assertThat(registry.requests).hasSize(1);
    assertThat(registryState()).isEqualTo("ready");
    clock.advance(MOMENT);
    assertThat(registry.streams.getFirst().isCancelled()).isTrue();
    assertThat(registry.requests).hasSize(2);
    registry.signOfLife();
    assertThat(registryState()).isEqualTo("ready");
  }

  @Test
  void a_registry_that_is_silent_from_the_start_is_tried_anew() {
    watch();
    clock.advance(SnapshotWatch.SILENCE.plus(MOMENT));
    assertThat(registry.requests).hasSize(2);
    assertThat(registryState())
        .isEqualTo("not ready: no snapshot yet: the registry does not answer");
  }

  @Test
  void signs_of_life_keep_the_connection() {
    watch();
    for (int i = 0; i < 30; i++) {
      clock.advance(Duration.ofSeconds(2));
      registry.signOfLife();
    }
    assertThat(registry.requests).hasSize(1);
    assertThat(registryState()).isEqualTo("not ready: no snapshot yet");
  }

  @Test
  void a_listener_that_takes_its_time_is_not_a_silent_registry() {
    watch(snapshot -> time.skip(Duration.ofSeconds(30)));
    registry.send("e", 1);
    clock.advance(MOMENT);
    assertThat(registryState()).isEqualTo("ready");
  }

  @Test
  void a_closed_watch_takes_nothing_and_connects_no_more() {
    SnapshotWatch watch = watch();
    registry.send("e", 1);
    watch.close();
    watch.close();
    assertThat(registry.streams.getLast().isCancelled()).isTrue();
    clock.advance(Duration.ofMinutes(1));
    assertThat(registry.requests).hasSize(1);
    assertThat(taken).hasSize(1);
    assertThat(clock.pending()).isZero();
  }
}
