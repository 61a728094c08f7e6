package dev.weir.loadtest.bench;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.Check;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.ModelInferRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code loadtest/bench/soak} runs once everything is built. */
@Command(name = "soak", mixinStandardHelpOptions = true, sortOptions = false)
public final class SoakCommand implements Callable<Integer> {
  private static final String MODEL = "employment";
  private static final String INPUT = "features";
  private static final int FEATURES = 16;
  private static final List<Integer> ROWS = List.of(1, 1_000);
  private static final int CANCEL_EVERY = 20;
  private static final long PATIENCE_SECONDS = 60;

  @Option(names = "--minutes", defaultValue = "10")
  private double minutes;

  @Option(names = "--kill-every", defaultValue = "5")
  private double killEverySeconds;

  @Option(names = "--workers", defaultValue = "4")
  private int workers;

  @Option(names = "--connections", defaultValue = "4")
  private int connections;

  @Option(names = "--streams", defaultValue = "4")
  private int streams;

  @Option(names = "--work", required = true)
  private Path work = Path.of("");

  @Option(names = "--models", required = true)
  private Path models = Path.of("");

  @Option(names = "--weir", required = true, split = " ")
  private List<String> weir = List.of();

  private final Clock clock = Clock.system();
  private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
  private int kills;
  private int skippedKills;

  /** Runs it; ends the process with its status. */
  public static void main(String[] arguments) {
    CommandLines.run("soak", new SoakCommand(), arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.inRange("--minutes", minutes, 0.1, 10_000.0);
    Check.inRange("--kill-every", killEverySeconds, 0.5, 3_600.0);
    Check.inRange("--workers", workers, 2, 64);
    Check.inRange("--connections", connections, 1, 1_000);
    Check.inRange("--streams", streams, 1, 1_000);
    return CommandLines.withResources(this::soak);
  }

  private int soak(Resources resources) throws IOException, InterruptedException {
    Path folder = work.resolve("soak");
    var mesh = new SoakMesh(weir, folder, resources);
    mesh.start(workers);
    bringModelIntoService(mesh);
    List<String> bodies = bodies(folder);
    var client = new GoClient(CommandLines.program("WEIR_GOCLIENT_BIN"), Pinning.NONE, folder);
    var router =
        new Proxy(
            SoakMesh.ROUTER,
            new Target(mesh.address(SoakMesh.ROUTER), false, null),
            mesh.process(SoakMesh.ROUTER));
    router.awaitServing(client, Path.of(bodies.getFirst()));
    double atStart = router.residentBytes() / 1e6;
    out.printf("soak: %d workers serve; %.1f minutes of load begin%n", workers, minutes);

    Path output = folder.resolve("load.json");
    Process load = startLoad(mesh, bodies, output);
    resources.add("load", load::destroy);
    double afterMinute = killUntilOver(mesh, router, load);
    double atEnd = router.residentBytes() / 1e6;
    if (!load.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the clients did not come to an end");
    }
    GoClient.Report report = GoClient.parse(Files.readString(output));
    print(report, mesh.page(SoakMesh.ROUTER).metrics());
    out.printf(
        Locale.ROOT,
        "router memory, MB: %.0f at start, %.0f after a minute, %.0f at end, %.0f at most%n",
        atStart,
        afterMinute,
        atEnd,
        router.peakResidentBytes() / 1e6);
    return report.failed() == 0 && report.ok() > 0 && kills > 0 ? 0 : 1;
  }

  private void bringModelIntoService(SoakMesh mesh) throws IOException, InterruptedException {
    mesh.command(
        List.of(
            "push",
            "--card=" + models.resolve("employment-1.json"),
            "--artifact=" + models.resolve("employment-1.onnx")));
    mesh.command(
        List.of(
            "route",
            "--name=" + MODEL,
            "--version-number=1",
            "--sticky-header=" + BenchSnapshot.SESSION_HEADER));
  }

  private static List<String> bodies(Path folder) throws IOException {
    var files = new ArrayList<String>();
    for (int rows : ROWS) {
      Path file = folder.resolve("rows-" + rows);
      files.add(Files.write(file, BodySize.framed(request(rows))).toString());
    }
    return files;
  }

  private static ModelInferRequest request(int rows) {
    RandomGenerator random = Randomness.seeded(rows);
    ByteBuffer values =
        ByteBuffer.allocate(rows * FEATURES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putFloat(random.nextInt(20));
    }
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .setId("soak")
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName(INPUT)
                .setDatatype("FP32")
                .addShape(rows)
                .addShape(FEATURES))
        .addRawInputContents(ByteString.copyFrom(values.flip()))
        .build();
  }

  private Process startLoad(SoakMesh mesh, List<String> bodies, Path output) throws IOException {
    return new ProcessBuilder(
            CommandLines.program("WEIR_GOCLIENT_BIN").toString(),
            "load",
            "-target=" + mesh.address(SoakMesh.ROUTER),
            "-body=" + String.join(",", bodies),
            "-seconds=" + minutes * 60,
            "-connections=" + connections,
            "-streams=" + streams,
            "-sessions=" + GoClient.SESSIONS,
            "-cancel-every=" + CANCEL_EVERY)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Kills a worker again and again; returns the router's memory after the first minute, MB. */
  private double killUntilOver(SoakMesh mesh, Proxy router, Process load)
      throws InterruptedException {
    long start = clock.nanoTime();
    double afterMinute = router.residentBytes() / 1e6;
    long nextReport = TimeUnit.MINUTES.toNanos(1);
    // the last kill comes early enough for what it broke to be seen
    double lastKill = minutes * 60 - killEverySeconds;
    for (int turn = 0; load.isAlive(); turn++) {
      mesh.pause((long) (killEverySeconds * 1_000));
      long passed = clock.nanoTime() - start;
      if (passed >= nextReport) {
        if (nextReport == TimeUnit.MINUTES.toNanos(1)) {
          afterMinute = router.residentBytes() / 1e6;
        }
        nextReport += TimeUnit.MINUTES.toNanos(1);
        out.printf(
            Locale.ROOT,
            "%4.1f min  %d workers killed (%d times not, as no other was ready), router %.0f MB%n",
            passed / 60e9,
            kills,
            skippedKills,
            router.residentBytes() / 1e6);
      }
      if (passed / 1e9 < lastKill) {
        killOne(mesh, 1 + turn % workers);
      }
    }
    return afterMinute;
  }

  /** Only while another worker is ready: requests may fail when none is. */
  private void killOne(SoakMesh mesh, int number) throws InterruptedException {
    boolean otherReady = false;
    for (int i = 1; i <= workers; i++) {
      otherReady |= i != number && mesh.isReady("worker-" + i);
    }
    if (!otherReady) {
      skippedKills++;
      return;
    }
    mesh.kill("worker-" + number);
    kills++;
    mesh.launch("worker-" + number);
  }

  private void print(GoClient.Report report, Map<String, Double> metrics) {
    out.println();
    out.printf(
        Locale.ROOT,
        "requests sent %d: %d answered, %d cancelled by the client, %d failed; %.0f/s, p50 %.1f ms, p99 %.1f ms, longest %.0f ms%n",
        report.requests(),
        report.ok(),
        report.cancelled(),
        report.failed(),
        report.requestsPerSecond(),
        report.p50Micros() / 1e3,
        report.p99Micros() / 1e3,
        report.maxMicros() / 1e3);
    report.errors().forEach((text, count) -> out.printf("failed, %d times: %s%n", count, text));
    report
        .attempts()
        .forEach((attempts, count) -> out.printf("answered by attempt %s: %d%n", attempts, count));
    out.printf("workers killed: %d (%d times not, as no other was ready)%n", kills, skippedKills);
    metrics.forEach((name, value) -> {
      if (isOfInterest(name)) {
        out.printf(Locale.ROOT, "%s %.0f%n", name, value);
      }
    });
  }

  private static boolean isOfInterest(String name) {
    return name.startsWith("weir_router_")
        && (name.contains("retries")
            || name.contains("hedge")
            || name.contains("ejection")
            || name.contains("connect")
            || name.contains("goaway"))
        && !name.contains("_bucket");
  }
}
