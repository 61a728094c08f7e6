package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.loadtest.input.RowRequests;
import dev.weir.loadtest.input.RowTable;
import dev.weir.loadtest.load.ArrivalSchedule;
import dev.weir.loadtest.load.InferenceClient;
import dev.weir.loadtest.load.OpenLoopGenerator;
import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.local.cli.RegistryClient;
import dev.weir.local.mesh.Components;
import dev.weir.local.mesh.Jvm;
import dev.weir.local.mesh.LocalMesh;
import dev.weir.local.mesh.MeshOptions;
import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.proto.registry.v1.GetRolloutRequest;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.StartRolloutRequest;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import io.grpc.Metadata;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * The real services as processes, started from the packaged jars on free ports, with one model live
 * and traffic on it.
 */
public final class MeshUnderTest implements AutoCloseable {
  public static final Path HOME =
      Path.of(System.getProperty("weir.home", "../..")).toAbsolutePath().normalize();
  private static final int FEATURES = 16;

  public final LocalMesh mesh;
  final LoadStatistics total = new LoadStatistics();
  private final RegistryClient registry;
  private final InferenceClient client;
  private final OpenLoopGenerator generator;
  private volatile LoadStatistics window = new LoadStatistics();

  private MeshUnderTest(LocalMesh mesh, ClientTlsConfig tls, double requestsPerSecond)
      throws IOException {
    this.mesh = mesh;
    this.registry = new RegistryClient(mesh.service("registry").grpc(), tls, "test");
    this.client =
        new InferenceClient(
            mesh.service("router").grpc(),
            tls,
            2,
            new Metadata(),
            Duration.ofSeconds(5),
            List.of());
    RowTable rows = RowTable.read(HOME.resolve("deploy/local/employment/replay.csv.gz"));
    // the first column is the row's id
    int[] features = IntStream.rangeClosed(1, FEATURES).toArray();
    this.generator =
        new OpenLoopGenerator(
            client,
            new RowRequests(rows, features, "employment", "features", "test-"),
            new ArrivalSchedule(requestsPerSecond, ArrivalSchedule.Kind.POISSON, 42),
            1_000,
            Clock.system(),
            outcome -> {
              total.add(outcome);
              window.add(outcome);
            });
  }

  /** Starts the mesh, brings version 1 into service, and begins sending. */
  public static MeshUnderTest start(
      Path folder, Components components, Map<String, String> settings) throws IOException {
    return start(new MeshOptions(folder, 2, components, 0.01, settings));
  }

  /** The same with everything chosen; clients and the test use the mesh's TLS. */
  static MeshUnderTest start(MeshOptions options) throws IOException {
    var mesh = new LocalMesh(options, jvm(), System.getenv(), false, Clock.system(), text -> {});
    try {
      mesh.start();
      var started = new MeshUnderTest(mesh, options.tls(), 100);
      started.push(1);
      started.route(1);
      started.awaitModelReady();
      started.generator.start(null);
      Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> started.total.ended() > 100);
      assertThat(started.total.failed()).as(started.total.report(1).text()).isZero();
      return started;
    } catch (RuntimeException | IOException e) {
      closeQuietly(mesh);
      throw e;
    }
  }

  private static void closeQuietly(LocalMesh mesh) throws IOException {
    try {
      mesh.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** JVMs as the launcher starts them, from the packaged jars. */
  public static Jvm jvm() {
    File[] jars = Path.of(System.getProperty("weir.dist", "target/dist/lib")).toFile().listFiles();
    assertThat(jars).as("packaged jars in target/dist/lib: run `mvn verify`").isNotEmpty();
    String classPath =
        Arrays.stream(jars)
            .map(File::getPath)
            .sorted(Comparator.naturalOrder())
            .collect(Collectors.joining(File.pathSeparator));
    return new Jvm(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"),
        classPath);
  }

  RegistryClient registry() {
    return registry;
  }

  void push(int version) throws IOException {
    Path folder = HOME.resolve("deploy/local/employment");
    registry.push(
        RegistryClient.readCard(folder.resolve("employment-" + version + ".json")),
        folder.resolve("employment-" + version + ".onnx"));
  }

  void route(int version) {
    registry
        .rollouts()
        .putRoute(
            PutRouteRequest.newBuilder()
                .setRoute(
                    Route.newBuilder()
                        .setName("employment")
                        .addVariants(
                            Variant.newBuilder()
                                .setName("baseline")
                                .setModel("employment")
                                .setVersion(Integer.toString(version))
                                .setWeightBasisPoints(10_000)))
                .build());
  }

  /** A rollout of three quick steps with the default guardrails. */
  Rollout rollOut(int version, int secondsPerStep) {
    var spec =
        RolloutSpec.newBuilder().setRoute("employment").setCanaryVersion(Integer.toString(version));
    for (int weight : new int[] {1_000, 5_000, 10_000}) {
      spec.addSteps(
          RolloutStep.newBuilder()
              .setCanaryBasisPoints(weight)
              .setMinCanaryUnits(20)
              .setMinDuration(
                  com.google.protobuf.Duration.newBuilder().setSeconds(secondsPerStep)));
    }
    return registry
        .rollouts()
        .startRollout(StartRolloutRequest.newBuilder().setSpec(spec).build())
        .getRollout();
  }

  Rollout rollout(String id) {
    return registry
        .rollouts()
        .getRollout(GetRolloutRequest.newBuilder().setRolloutId(id).build())
        .getRollout();
  }

  void awaitModelReady() {
    Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> mesh.serves("employment"));
  }

  /** Starts a worker again and waits until the router sends it requests. */
  void restartWorker(String name) {
    mesh.launch(name);
    mesh.awaitReady(name);
    Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> mesh.answers(name) > 0);
  }

  /** Opens a new window on what the clients see. */
  LoadStatistics openWindow() {
    var opened = new LoadStatistics();
    window = opened;
    return opened;
  }

  /** Waits until so many requests have ended in a window. */
  static void awaitEnded(LoadStatistics window, long requests) {
    Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> window.ended() >= requests);
  }

  @Override
  public void close() throws InterruptedException, IOException {
    generator.stop(Duration.ofSeconds(5));
    client.close();
    registry.close();
    mesh.close();
  }
}
