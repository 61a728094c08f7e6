package dev.weir.registry;

import static dev.weir.registry.RegistryFixture.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotWatchTest {
  @TempDir Path folder;
  private RegistryFixture registry;

  @BeforeEach
  void open() throws IOException {
    registry = new RegistryFixture(folder);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  /** A watcher that takes only what it asked for. */
  private static final class Watcher
      implements ClientResponseObserver<WatchRequest, WatchResponse> {
    final List<WatchResponse> received = new ArrayList<>();
    @Nullable Throwable error;
    private @Nullable ClientCallStreamObserver<WatchRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(0);
    }

    void take(int count) {
      if (call != null) {
        call.request(count);
      }
    }

    @Override
    public void onNext(WatchResponse value) {
      received.add(value);
    }

    @Override
    public void onError(Throwable t) {
      error = t;
    }

    @Override
    public void onCompleted() {}
  }

  private Watcher watch(long knownRevision, String knownEpoch) {
    var watcher = new Watcher();
    SnapshotServiceGrpc.newStub(registry.channel)
        .watch(
            WatchRequest.newBuilder()
                .setKnownRevision(knownRevision)
                .setKnownEpoch(knownEpoch)
                .setWatcher("router router-1")
                .build(),
            watcher);
    return watcher;
  }

  @Test
  void a_new_watcher_gets_the_newest_at_once_and_then_each_newer_one() {
    registry.push("1");
    Watcher watcher = watch(0, "");
    watcher.take(100);
    assertThat(watcher.received).hasSize(1);
    assertThat(watcher.received.getFirst().getSnapshot()).isEqualTo(registry.newest());
    var unused = registry.put(route("1"));
    assertThat(watcher.received).hasSize(2);
    assertThat(watcher.received.get(1).getSnapshot()).isEqualTo(registry.newest());
  }

  @Test
  void who_has_the_newest_hears_its_revision_alone() {
    Watcher watcher = watch(registry.newest().getRevision(), registry.newest().getEpoch());
    watcher.take(100);
    assertThat(watcher.received).hasSize(1);
    assertThat(watcher.received.getFirst().hasSnapshot()).isFalse();
    assertThat(watcher.received.getFirst().getRevision())
        .isEqualTo(registry.newest().getRevision());
  }

  @Test
  void the_same_revision_of_another_database_is_foreign() {
    Watcher watcher = watch(registry.newest().getRevision(), "another");
    watcher.take(100);
    assertThat(watcher.received.getFirst().hasSnapshot()).isTrue();
  }

  @Test
  void a_slow_watcher_gets_only_the_newest() {
    Watcher watcher = watch(0, "");
    watcher.take(1);
    for (int i = 1; i <= 5; i++) {
      registry.push(Integer.toString(i));
      var unused = registry.put(route(Integer.toString(i)));
    }
    assertThat(watcher.received).hasSize(1);
    watcher.take(100);
    assertThat(watcher.received.getLast().getSnapshot()).isEqualTo(registry.newest());
    assertThat(watcher.received.size()).as("one may have been on its way").isLessThan(4);
  }

  @Test
  void signs_of_life_come_when_nothing_is_new() {
    Watcher watcher = watch(0, "");
    watcher.take(100);
    registry.parts.feed().signOfLife();
    assertThat(watcher.received).hasSize(2);
    assertThat(watcher.received.get(1).hasSnapshot()).isFalse();
  }

  @Test
  void watchers_are_told_when_the_registry_stops_and_later_ones_are_refused() {
    Watcher watcher = watch(0, "");
    watcher.take(100);
    registry.parts.feed().end();
    assertThat(watcher.error).isInstanceOf(StatusRuntimeException.class);
    Watcher late = watch(0, "");
    late.take(1);
    assertThat(late.error)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }
}
