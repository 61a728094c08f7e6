package dev.weir.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.weir.platform.discovery.Discoveries;
import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.DiscoveryConfig;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.snapshot.SnapshotStore;
import dev.weir.platform.snapshot.SnapshotWatch;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.registry.v1.PushVersionRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.ReportVerdictsRequest;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SetAliasRequest;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.StartRolloutRequest;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry as a process, with the clients that the other services use. */
final class RegistryMainIT {
  private final Clock clock = Clock.system();

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  @Test
  void it_serves_stops_cleanly_under_watchers_and_goes_on_after_a_restart() throws Exception {
    long revision;
    try (RegistryProcess registry = RegistryProcess.start(data());
        GrpcChannel channel =
            GrpcChannel.to(new HostAndPort("127.0.0.1", registry.grpcPort()), List.of());
        SnapshotWatch watch = watch(channel)) {
      watch.start();
      pushAndRoute(channel);
      await().atMost(Duration.ofSeconds(10)).until(() -> routes(watch) == 1);
      discoveryWorks(channel);
      assertThat(get(registry, "/health")).contains("\"status\":\"ready\"");
      assertThat(get(registry, "/api/v1/models")).contains("\"latest\":\"1\"");
      assertThat(get(registry, "/metrics")).contains("weir_registry_records_total");
      revision = revision(watch);
      assertThat(registry.stop()).as("SIGTERM: " + registry.said).isEqualTo(143);
      assertThat(registry.said.getLast()).contains("msg=stopped");
    }
    try (RegistryProcess registry = RegistryProcess.start(data());
        GrpcChannel channel =
            GrpcChannel.to(new HostAndPort("127.0.0.1", registry.grpcPort()), List.of());
        SnapshotWatch watch = watch(channel)) {
      watch.start();
      await().atMost(Duration.ofSeconds(10)).until(() -> revision(watch) > revision);
      assertThat(routes(watch)).isEqualTo(1);
    }
  }

  @Test
  void a_violated_verdict_reaches_watchers_within_a_second() throws Exception {
    var rolledBackNanos = new CompletableFuture<Long>();
    try (RegistryProcess registry = RegistryProcess.start(data());
        GrpcChannel channel =
            GrpcChannel.to(new HostAndPort("127.0.0.1", registry.grpcPort()), List.of());
        SnapshotWatch watch =
            watch(
                channel,
                snapshot -> {
                  if (snapshot.getRolloutsList().stream()
                      .anyMatch(r -> r.getState() == RolloutState.ROLLED_BACK)) {
                    rolledBackNanos.complete(clock.nanoTime());
                  }
                })) {
      watch.start();
      push(channel, "1");
      push(channel, "2");
      var rollouts = RolloutServiceGrpc.newBlockingStub(channel.channel());
      var put =
          rollouts.putRoute(
              PutRouteRequest.newBuilder().setRoute(RegistryFixture.route("1")).build());
      assertThat(put.hasRoute()).isTrue();
      String id =
          rollouts
              .startRollout(
                  StartRolloutRequest.newBuilder()
                      .setSpec(RegistryFixture.spec("2", 500, 10_000))
                      .build())
              .getRollout()
              .getId();
      var reported =
          SnapshotServiceGrpc.newBlockingStub(channel.channel())
              .reportWorkerStatus(RegistryFixture.ready("worker-1", "2", 0));
      assertThat(reported).isNotNull();
      // what a monitor has long done before: the first calls of a process are slow
      for (int i = 0; i < 20; i++) {
        assertThat(report(rollouts, id, VerdictState.UNDECIDED)).isEmpty();
      }
      long begunNanos = clock.nanoTime();
      assertThat(report(rollouts, id, VerdictState.VIOLATED)).containsExactly(id);
      long nanos = rolledBackNanos.get(10, TimeUnit.SECONDS) - begunNanos;
      System.out.printf(Locale.ROOT, "verdict to watcher: %.1f ms%n", nanos / 1e6);
      assertThat(nanos).isLessThan(1_000_000_000);
    }
  }

  private static List<String> report(
      RolloutServiceGrpc.RolloutServiceBlockingStub rollouts, String id, VerdictState state) {
    return rollouts
        .reportVerdicts(
            ReportVerdictsRequest.newBuilder()
                .setMonitor("monitor-1")
                .addVerdicts(Verdict.newBuilder().setRolloutId(id).setState(state))
                .build())
        .getFinishedRolloutsList();
  }

  private SnapshotWatch watch(GrpcChannel channel) {
    return watch(channel, snapshot -> {});
  }

  private SnapshotWatch watch(GrpcChannel channel, Consumer<Snapshot> listener) {
    return new SnapshotWatch(
        channel.channel(),
        "test",
        new SnapshotStore(folder.resolve("snapshot")),
        listener,
        new Readiness(),
        clock);
  }

  private static long revision(SnapshotWatch watch) {
    var snapshot = watch.current();
    return snapshot == null ? 0 : snapshot.getRevision();
  }

  private static int routes(SnapshotWatch watch) {
    var snapshot = watch.current();
    return snapshot == null ? 0 : snapshot.getRoutesCount();
  }

  private static void push(GrpcChannel channel, String number) {
    var replied = new Replied<PushVersionResponse>();
    var requests = ModelServiceGrpc.newStub(channel.channel()).pushVersion(replied);
    requests.onNext(
        PushVersionRequest.newBuilder().setHeader(RegistryFixture.version(number)).build());
    requests.onNext(
        PushVersionRequest.newBuilder().setChunk(ByteString.copyFrom(new byte[1 << 20])).build());
    requests.onCompleted();
    await().atMost(Duration.ofSeconds(10)).until(() -> !replied.values().isEmpty());
  }

  private static void pushAndRoute(GrpcChannel channel) {
    push(channel, "1");
    var alias =
        ModelServiceGrpc.newBlockingStub(channel.channel())
            .setAlias(
                SetAliasRequest.newBuilder()
                    .setAlias(RegistryFixture.alias("latest", "1"))
                    .build());
    var route =
        RolloutServiceGrpc.newBlockingStub(channel.channel())
            .putRoute(PutRouteRequest.newBuilder().setRoute(RegistryFixture.route("1")).build());
    assertThat(alias).isNotNull();
    assertThat(route.getRoute().getGeneration()).isEqualTo(1);
  }

  private static void discoveryWorks(GrpcChannel channel) {
    var seen = new CopyOnWriteArrayList<List<Instance>>();
    try (Scheduler scheduler = Scheduler.system("test");
        Discovery discovery =
            Discoveries.open(
                DiscoveryConfig.defaults(), channel.channel(), Clock.system(), scheduler);
        Discovery.Registration registration =
            discovery.register(
                new Instance("model-worker", "w1", new HostAndPort("127.0.0.1", 1), Map.of()));
        Discovery.Subscription subscription = discovery.watch("model-worker", seen::add)) {
      await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> seen.stream().anyMatch(instances -> instances.size() == 1));
      assertThat(registration).isNotNull();
      assertThat(subscription).isNotNull();
    }
  }

  private static String get(RegistryProcess registry, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + registry.httpPort() + path))
                  .build(),
              BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void a_second_copy_and_a_taken_port_are_said_in_one_line() throws Exception {
    try (RegistryProcess first = RegistryProcess.start(data());
        RegistryProcess second = RegistryProcess.start(data());
        RegistryProcess third =
            RegistryProcess.start(folder.resolve("other"), "--http.port=" + first.httpPort())) {
      assertThat(second.exit()).isEqualTo(75);
      assertThat(second.said).anyMatch(line -> line.contains("is in use by another process"));
      assertThat(third.exit()).isEqualTo(69);
      assertThat(third.said).anyMatch(line -> line.contains("cannot be bound"));
      assertThat(second.said).noneMatch(line -> line.startsWith("\tat "));
      assertThat(third.said).noneMatch(line -> line.startsWith("\tat "));
    }
  }
}
