package dev.weir.local.demo;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.local.cli.RegistryClient;
import dev.weir.local.mesh.Components;
import dev.weir.local.mesh.Jvm;
import dev.weir.local.mesh.LocalMesh;
import dev.weir.local.mesh.MeshOptions;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir demo}: the whole mesh, and a bad version caught under real traffic. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts registry, monitor, model-workers and router on this machine, replays real rows as traffic, and shows how bad",
      "versions are caught and rolled back. Then it stays up to play with; Ctrl-C stops everything."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped by the user, or with --exit: every step held",
      "1:a step did not hold",
      "64:the arguments cannot be used",
      "69:something needed is missing or does not start",
      "75:another demo runs in the same folder"
    })
public final class DemoCommand implements Callable<Integer> {
  @Option(names = "--exit", description = "Ends after the story instead of staying up.")
  private boolean exit;

  @Option(
      names = "--chapters",
      split = ",",
      description = "Chapters to tell, of 1 to 6; 1 is always told (default: all).")
  private Set<Integer> chapters = Story.CHAPTERS;

  @Option(
      names = "--data",
      description = "Folder for all files (default: $$WEIR_DATA, else ~/.local/share/weir).")
  private @Nullable Path data;

  @Option(
      names = "--rate",
      defaultValue = "300",
      description = "Requests per second, 50 to 5000 (default ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--workers",
      defaultValue = "2",
      description = "Model-workers, 2 to 16 (default ${DEFAULT-VALUE}).")
  private int workers;

  @Option(names = "--seed", description = "Seed of the arrivals (default: a fresh one, printed).")
  private @Nullable Long seed;

  @Option(
      names = "--trace-ratio",
      defaultValue = "0.2",
      description = "Share of requests traced, 0 to 1 (default ${DEFAULT-VALUE}).")
  private double traceRatio;

  @Option(
      names = "--triton",
      description = "Each worker fronts a real Triton (./weir components triton).")
  private boolean triton;

  @Option(
      names = "--consul",
      description = "Discovery by a real Consul (./weir components consul).")
  private boolean consul;

  @Option(
      names = "--jaeger",
      description = "Traces to a real Jaeger too (./weir components jaeger).")
  private boolean jaeger;

  @Option(names = "--free-ports", description = "Takes any free ports instead of the usual ones.")
  private boolean freePorts;

  @Option(
      names = "--set",
      description =
          "A service's setting, SERVICE.KEY=VALUE, e.g. router.grpc.max-message-bytes=1048576; may be repeated.")
  private Map<String, String> settings = Map.of();

  @Option(names = "--json", description = "Writes each step's figures there as JSON.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    Check.inRange("--rate", rate, 50, 5_000);
    Check.inRange("--workers", workers, 2, 16);
    Check.inRange("--trace-ratio", traceRatio, 0.0, 1.0);
    if (!Story.CHAPTERS.containsAll(chapters)) {
      throw new InvalidValueException("--chapters", chapters, "numbers from 1 to 6");
    }
    Clock clock = Clock.system();
    Map<String, String> environment = System.getenv();
    long usedSeed = seed == null ? Randomness.freshSeed() >>> 1 : seed;
    var narrator =
        new Narrator(System.out, System.console() != null && System.console().isTerminal(), clock);
    Employment employment = Employment.open(Path.of(System.getProperty("weir.home", ".")));
    var options =
        new MeshOptions(
            folder(environment).resolve("demo"),
            workers,
            new Components(triton, consul, jaeger),
            traceRatio,
            settings);
    narrator.chapter("Weir: the mesh starts");
    var mesh =
        new LocalMesh(options, Jvm.likeThisOne(), environment, !freePorts, clock, narrator::say);
    narrator.say("files       " + mesh.data().toAbsolutePath());
    narrator.say("seed        " + usedSeed);
    var resources = new Resources();
    resources.add("mesh", mesh);
    var over = new CountDownLatch(1);
    var stopRequested = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stopRequested.countDown();
                  main.interrupt();
                  awaitQuietly(over);
                },
                "stop-demo"));
    try {
      return run(clock, usedSeed, narrator, employment, mesh, resources, stopRequested);
    } catch (InterruptedException e) {
      // Ctrl-C: an orderly end
      return 0;
    } finally {
      // the flag would cut the orderly stop short
      boolean interrupted = Thread.interrupted();
      narrator.chapter("Stopping");
      resources.close();
      narrator.say(
          "stopped; files are in " + options.data() + (interrupted ? " (interrupted)" : ""));
      over.countDown();
    }
  }

  private int run(
      Clock clock,
      long usedSeed,
      Narrator narrator,
      Employment employment,
      LocalMesh mesh,
      Resources resources,
      CountDownLatch stopRequested)
      throws Exception {
    long begin = clock.nanoTime();
    mesh.start();
    double startSeconds = (clock.nanoTime() - begin) / 1e9;
    narrator.held(
        String.format(
            Locale.ROOT,
            "%d services are ready after %.1f s",
            mesh.services().size(),
            startSeconds));
    narrator.say("dashboard   " + mesh.service("monitor").http("/"));
    narrator.say(
        "router      " + mesh.service("router").grpc() + "  (any KServe v2 / Triton gRPC client)");
    narrator.say(
        "registry    "
            + mesh.service("registry").grpc()
            + ", "
            + mesh.service("registry").http("/api/v1/rollouts"));
    mesh.externalAddresses()
        .forEach((name, address) -> narrator.say(String.format("%-11s %s", name, address)));

    Scheduler scheduler = resources.add("scheduler", Scheduler.system("demo"));
    Telemetry telemetry =
        resources.add(
            "telemetry",
            Telemetry.start(
                "demo-client",
                "demo",
                new TelemetryConfig(
                    mesh.otlpEndpoints(), traceRatio, Duration.ofSeconds(5), 4_096)));
    RegistryClient registry =
        resources.add(
            "registry client", new RegistryClient(mesh.service("registry").grpc(), "demo"));
    Labels labels =
        resources.add(
            "labels", new Labels(mesh.service("monitor").grpc(), employment, clock, scheduler));
    ReplayTraffic traffic =
        resources.add(
            "traffic",
            new ReplayTraffic(
                mesh.service("router").grpc(),
                employment,
                rate,
                usedSeed,
                labels,
                telemetry,
                clock));

    List<StepResult> results =
        new Story(mesh, registry, traffic, employment, narrator, clock).tell(chapters);
    boolean held = results.stream().allMatch(StepResult::held);
    narrator.chapter(held ? "Every step held" : "Not every step held");
    if (json != null) {
      writeJson(json, usedSeed, startSeconds, results);
    }
    if (exit || Thread.currentThread().isInterrupted()) {
      return held ? 0 : 1;
    }
    narrator.say("The mesh stays up with its traffic. Try:");
    narrator.say("  ./weir status --registry " + mesh.service("registry").grpc());
    narrator.say(
        "  ./weir push --card deploy/local/employment/employment-6.json --artifact deploy/local/employment/employment-6.onnx --registry "
            + mesh.service("registry").grpc());
    narrator.say(
        "  ./weir rollout start --route employment --version-number 6 --registry "
            + mesh.service("registry").grpc());
    narrator.say("Ctrl-C stops everything.");
    stopRequested.await();
    return held ? 0 : 1;
  }

  private Path folder(Map<String, String> environment) {
    if (data != null) {
      return data;
    }
    String named = environment.get("WEIR_DATA");
    return named != null && !named.isBlank()
        ? Path.of(named)
        : Path.of(System.getProperty("user.home"), ".local", "share", "weir");
  }

  private static void writeJson(Path file, long seed, double startSeconds, List<StepResult> results)
      throws IOException {
    var steps = new LinkedHashMap<String, Object>();
    results.forEach(result -> {
      var figures = new LinkedHashMap<String, Object>(result.figures());
      figures.put("held", result.held());
      steps.put(result.name(), figures);
    });
    var root = new LinkedHashMap<String, Object>();
    root.put("seed", seed);
    root.put("start_seconds", startSeconds);
    root.put("steps", steps);
    Files.write(
        file,
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsBytes(root));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
