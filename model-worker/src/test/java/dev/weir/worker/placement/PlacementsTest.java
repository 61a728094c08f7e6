package dev.weir.worker.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.registry.v1.FetchArtifactRequest;
import dev.weir.proto.registry.v1.FetchArtifactResponse;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.engine.Versions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Placements with a fake engine, a test clock, and jobs that run when told. */
final class PlacementsTest {
  private static final byte[] BYTES = OnnxFile.sumAndProduct();
  private static final VersionKey ONE = new VersionKey("test", "1");
  private static final VersionKey TWO = new VersionKey("test", "2");

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final FakeEngine engine = new FakeEngine();
  private final Queue<Runnable> jobs = new ArrayDeque<>();
  private Server server;
  private ManagedChannel channel;
  private Placements placements;
  private Status registry = Status.OK;
  private int fetches;
  private long revision;

  @BeforeEach
  void open() throws Exception {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                new ModelServiceGrpc.ModelServiceImplBase() {
                  @Override
                  public void fetchArtifact(
                      FetchArtifactRequest request,
                      StreamObserver<FetchArtifactResponse> observer) {
                    fetches++;
                    if (!registry.isOk()) {
                      observer.onError(registry.asRuntimeException());
                      return;
                    }
                    observer.onNext(
                        FetchArtifactResponse.newBuilder()
                            .setChunk(ByteString.copyFrom(BYTES))
                            .build());
                    observer.onCompleted();
                  }
                })
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    var artifacts =
        new ArtifactFetch(
            ArtifactCache.open(folder, 1 << 20, clock),
            new ArtifactSource(channel, Duration.ofSeconds(10)));
    placements =
        new Placements(engine, artifacts, jobs::add, clock, PlacementConfig.defaults(), () -> {});
    engine.onHealthChange(placements::engineChanged);
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private void place(String... versions) {
    var snapshot = Snapshot.newBuilder().setRevision(++revision);
    Stream.of(versions)
        .forEach(version -> {
          ModelVersion described = Versions.sumAndProduct(version, BYTES);
          snapshot.addVersions(described);
          snapshot.addPlacements(Placement.newBuilder().setModel("test").setVersion(version));
        });
    placements.follow(snapshot.build());
  }

  private void runJobs() {
    for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
      job.run();
    }
  }

  private Life life(VersionKey key) {
    return placements.table().rows().stream()
        .filter(row -> row.key().equals(key))
        .map(VersionTable.Row::life)
        .findFirst()
        .orElse(new Life.Gone());
  }

  private ServedVersion served(VersionKey key) {
    var found = placements.table().find(key.model(), key.number());
    return ((VersionTable.Found.Serving) found).version();
  }

  @Test
  void a_placed_version_is_fetched_loaded_warmed_and_then_served() {
    place("1");
    assertThat(life(ONE)).isEqualTo(new Life.Fetching(true, 1));
    assertThat(placements.isSettled()).isFalse();
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Available());
    assertThat(placements.isSettled()).isTrue();
    assertThat(placements.revision()).isEqualTo(1);
    assertThat(served(ONE).key()).isEqualTo(ONE);
  }

  @Test
  void a_snapshot_that_only_has_a_new_revision_changes_nothing() {
    place("1");
    runJobs();
    place("1");
    assertThat(jobs).isEmpty();
    assertThat(placements.revision()).isEqualTo(2);
    assertThat(engine.log()).containsExactly("load test/1");
  }

  @Test
  void a_version_taken_out_finishes_its_requests_before_it_is_unloaded() {
    place("1", "2");
    runJobs();
    ServedVersion one = served(ONE);
    assertThat(one.enter()).isTrue();
    place("2");
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Quiescing());
    assertThat(one.enter()).isFalse();
    assertThat(engine.loaded()).contains(ONE);
    one.leave();
    runJobs();
    assertThat(engine.loaded()).containsExactly(TWO);
    assertThat(life(ONE)).isEqualTo(new Life.Gone());
    assertThat(clock.pending()).isZero();
  }

  @Test
  void a_request_that_never_ends_holds_a_version_no_longer_than_the_drain_timeout() {
    place("1");
    runJobs();
    assertThat(served(ONE).enter()).isTrue();
    place();
    runJobs();
    clock.advance(PlacementConfig.defaults().drainTimeout().minusMillis(1));
    assertThat(life(ONE)).isEqualTo(new Life.Quiescing());
    clock.advance(Duration.ofMillis(1));
    runJobs();
    assertThat(engine.loaded()).isEmpty();
    assertThat(life(ONE)).isEqualTo(new Life.Gone());
  }

  @Test
  void a_version_placed_again_while_it_drains_takes_requests_again_without_a_load() {
    place("1");
    runJobs();
    ServedVersion one = served(ONE);
    assertThat(one.enter()).isTrue();
    place();
    place("1");
    assertThat(one.enter()).isTrue();
    one.leave();
    one.leave();
    runJobs();
    clock.advance(Duration.ofMinutes(5));
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Available());
    assertThat(engine.log()).containsExactly("load test/1");
  }

  @Test
  void a_version_placed_again_while_it_unloads_is_loaded_again_from_the_cache() {
    place("1");
    runJobs();
    place();
    jobs.remove().run(); // drained
    assertThat(life(ONE)).isEqualTo(new Life.Unloading(false));
    place("1");
    runJobs();
    assertThat(engine.log()).containsExactly("load test/1", "unload test/1", "load test/1");
    assertThat(life(ONE)).isEqualTo(new Life.Available());
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void while_the_registry_is_away_fetching_is_tried_again_with_growing_waits() {
    registry = Status.UNAVAILABLE;
    place("1");
    runJobs();
    assertThat(life(ONE)).isInstanceOf(Life.FetchWaiting.class);
    for (int i = 0; i < 20; i++) {
      clock.advance(Duration.ofSeconds(1));
      runJobs();
    }
    assertThat(fetches).isBetween(6, 10);
    registry = Status.OK;
    clock.advance(Duration.ofSeconds(5));
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Available());
    assertThat(clock.pending()).isZero();
  }

  @Test
  void an_artifact_that_the_registry_does_not_have_is_a_failed_load_tried_again_slowly() {
    registry = Status.NOT_FOUND;
    place("1");
    runJobs();
    assertThat(life(ONE)).isInstanceOf(Life.LoadFailed.class);
    assertThat(placements.isSettled()).isTrue();
    registry = Status.OK;
    clock.advance(PlacementConfig.defaults().loadRetry());
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Available());
  }

  @Test
  void a_version_that_fails_its_warm_up_is_unloaded_and_says_why() {
    engine.failNextInfer(new EngineFailure(EngineFailure.Kind.MODEL_FAILED, "no such row"));
    place("1");
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.LoadFailed("warm-up: no such row"));
    assertThat(engine.loaded()).isEmpty();
  }

  @Test
  void a_version_no_longer_wanted_while_it_loads_is_unloaded_when_it_is_loaded() {
    place("1");
    jobs.remove().run(); // fetch
    place();
    assertThat(life(ONE)).isEqualTo(new Life.Loading(false));
    runJobs();
    assertThat(engine.log()).containsExactly("load test/1", "unload test/1");
    assertThat(life(ONE)).isEqualTo(new Life.Gone());
  }

  @Test
  void an_engine_that_goes_away_loses_everything_and_gets_it_back() {
    place("1", "2");
    runJobs();
    engine.become(new EngineHealth.Down("crashed"));
    assertThat(life(ONE)).isEqualTo(new Life.EngineWaiting("crashed"));
    assertThat(placements.table().findNewest("test"))
        .isInstanceOf(VersionTable.Found.NoVersions.class);
    engine.become(new EngineHealth.Up());
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Available());
    assertThat(life(TWO)).isEqualTo(new Life.Available());
    assertThat(engine.loaded()).containsExactlyInAnyOrder(ONE, TWO);
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void an_engine_that_is_away_at_the_start_is_waited_for() {
    engine.become(new EngineHealth.Down("not there"));
    place("1");
    runJobs();
    assertThat(life(ONE)).isInstanceOf(Life.EngineWaiting.class);
    assertThat(placements.isSettled()).isFalse();
    engine.become(new EngineHealth.Up());
    runJobs();
    assertThat(life(ONE)).isEqualTo(new Life.Available());
  }

  @Test
  void a_snapshot_that_contradicts_itself_is_refused_and_changes_nothing() {
    place("1");
    runJobs();
    var broken =
        Snapshot.newBuilder()
            .setRevision(9)
            .addPlacements(Placement.newBuilder().setModel("test").setVersion("5"))
            .build();
    assertThatThrownBy(() -> placements.follow(broken)).isInstanceOf(InvalidValueException.class);
    var hostile =
        Snapshot.newBuilder()
            .setRevision(9)
            .addVersions(ModelVersion.newBuilder().setModel("../../etc").setVersion("1"))
            .build();
    assertThatThrownBy(() -> placements.follow(hostile)).isInstanceOf(InvalidValueException.class);
    assertThat(placements.revision()).isEqualTo(1);
    assertThat(life(ONE)).isEqualTo(new Life.Available());
  }
}
