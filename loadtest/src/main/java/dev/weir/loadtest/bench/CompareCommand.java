package dev.weir.loadtest.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code loadtest/bench/compare} runs once everything is built and installed. */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
  private static final int EXIT_UNFAIR = 1;
  private static final int EXIT_USAGE = 64;
  private static final int EXIT_FAILED = 70;

  /** The split is 5 % in expectation. */
  private static final double LEAST_CANARY_SHARE = 0.03;

  private static final double MOST_CANARY_SHARE = 0.07;

  @Option(names = "--rounds", defaultValue = "5")
  private int rounds;

  @Option(names = "--size", defaultValue = "1k,64k,600k", split = ",")
  private List<String> sizes = List.of();

  @Option(names = "--peers", defaultValue = "envoy,nginx,haproxy,haproxy-64k", split = ",")
  private List<String> peers = List.of();

  @Option(names = "--seconds", defaultValue = "4")
  private int seconds;

  @Option(names = "--warm-up", defaultValue = "15")
  private int warmUpSeconds;

  @Option(names = "--latency-requests", defaultValue = "2000")
  private int latencyRequests;

  @Option(names = "--proxy-cpu", defaultValue = "0")
  private int proxyCpu;

  @Option(names = "--load-cpu", defaultValue = "1")
  private int loadCpu;

  @Option(names = "--work", required = true)
  private Path work = Path.of("");

  @Option(names = "--json", required = true)
  private Path json = Path.of("");

  @Option(names = "--upstream-program", required = true)
  private Path upstreamProgram = Path.of("");

  @Option(names = "--configurations", required = true)
  private Path configurations = Path.of("");

  @Option(names = "--router", required = true, split = " ")
  private List<String> router = List.of();

  @Option(names = "--commit", required = true)
  private String commit = "";

  private final Clock clock = Clock.system();
  private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

  /** Runs it; ends the process with its status. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new CompareCommand())
            .setExecutionExceptionHandler((e, command, parsed) -> {
              command.getErr().println("compare: " + e.getMessage());
              return switch (e) {
                case InvalidValueException invalid -> EXIT_USAGE;
                case StartFailure failure -> failure.exitStatus();
                default -> EXIT_FAILED;
              };
            })
            .setParameterExceptionHandler((e, parsed) -> {
              e.getCommandLine().getErr().println("compare: " + e.getMessage() + "; see --help");
              return EXIT_USAGE;
            })
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.inRange("--rounds", rounds, 1, 100);
    Check.inRange("--seconds", seconds, 1, 60);
    Check.inRange("--warm-up", warmUpSeconds, 1, 120);
    Check.inRange("--latency-requests", latencyRequests, 10, 100_000);
    for (String peer : peers) {
      if (!Contenders.PEERS.contains(peer)) {
        throw new InvalidValueException(
            "--peers", peer, "some of " + String.join(",", Contenders.PEERS));
      }
    }
    List<BodySize> bodySizes = sizes.stream().map(BodySize::parse).toList();
    Files.createDirectories(work);
    var resources = new Resources();
    Thread stop = Thread.ofPlatform().unstarted(resources::close);
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      return compare(bodySizes, resources);
    } finally {
      resources.close();
    }
  }

  private int compare(List<BodySize> bodySizes, Resources resources)
      throws IOException, InterruptedException {
    String loadBefore = Machine.load();
    var pinning = new Pinning(proxyCpu, loadCpu);
    pinning.applyToSelf();
    Upstream upstream =
        resources.add(
            "upstream", Upstream.start(upstreamProgram, pinning, work.resolve("upstream.log")));
    StubControlPlane control =
        resources.add("control", new StubControlPlane(BenchSnapshot.at(clock.now())));
    upstream.becomeWorkers();
    List<Proxy> proxies = start(pinning, upstream, control, resources);
    List<Rounds.Body> bodies = bodies(bodySizes);
    for (Proxy proxy : proxies) {
      proxy.awaitServing(bodySizes.getFirst().request());
    }
    var h2load = new H2load(program("WEIR_H2LOAD_BIN"), pinning, work);
    var settings = new Rounds.Settings(rounds, seconds, warmUpSeconds, latencyRequests);
    var measuring = new Rounds(settings, h2load, upstream, clock, out);
    measuring.warmUp(proxies, bodies);
    // a router answers with errors until it has found its workers; from here on none is allowed
    long failedBefore = control.intake().errors();
    var comparison = new Comparison(Contenders.WEIR, measuring.measure(proxies, bodies));

    out.println();
    out.print(comparison.text());
    var report = new LinkedHashMap<String, Object>();
    report.put("at", clock.now().toString());
    report.put("commit", commit);
    report.put("machine", Machine.describe());
    report.put("loadAverageBefore", loadBefore);
    report.put("loadAverageAfter", Machine.load());
    report.put("settings", Map.of("seconds", seconds, "warmUpSeconds", warmUpSeconds));
    report.put("router", features(control));
    report.putAll(comparison.json());
    Files.write(
        json,
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsBytes(report));
    out.println("every measurement is in " + json);
    return counts(control, control.intake().errors() - failedBefore) ? 0 : EXIT_UNFAIR;
  }

  private List<Proxy> start(
      Pinning pinning, Upstream upstream, StubControlPlane control, Resources resources)
      throws IOException {
    var programs =
        new Contenders.Programs(
            program("WEIR_ENVOY_BIN"),
            program("WEIR_NGINX_BIN"),
            program("WEIR_HAPROXY_BIN"),
            router,
            configurations);
    var contenders = new Contenders(programs, pinning, work, upstream.ports());
    var proxies = new ArrayList<Proxy>();
    proxies.add(resources.add("router", contenders.router(control)));
    for (String peer : peers) {
      proxies.add(resources.add(peer, contenders.peer(peer)));
    }
    proxies.add(contenders.direct());
    return proxies;
  }

  private List<Rounds.Body> bodies(List<BodySize> bodySizes) throws IOException {
    var bodies = new ArrayList<Rounds.Body>();
    for (BodySize size : bodySizes) {
      bodies.add(
          new Rounds.Body(size, Files.write(work.resolve("body-" + size.word()), size.body())));
    }
    return bodies;
  }

  private static Path program(String variable) {
    String value = System.getenv(variable);
    if (value == null) {
      throw new InvalidValueException(variable, "not set", "a program's path; see compare --help");
    }
    return Path.of(value);
  }

  private static Map<String, Object> features(StubControlPlane control) {
    return Map.of(
        "outcomesReported", control.intake().requests(),
        "canaryShare", control.intake().canaryShare(),
        "traceBytes", control.traces().traceBytes());
  }

  /** A router that reports no outcomes or traces would be compared without its features. */
  private boolean counts(StubControlPlane control, long failed) {
    double share = control.intake().canaryShare();
    out.printf(
        "weir reported %d outcomes (%.2f %% canary, %d failed) and %d bytes of traces%n",
        control.intake().requests(), share * 100, failed, control.traces().traceBytes());
    boolean counts =
        failed == 0
            && control.intake().requests() > 0
            && control.traces().traceBytes() > 0
            && share > LEAST_CANARY_SHARE
            && share < MOST_CANARY_SHARE;
    if (!counts) {
      out.println("compare: these numbers do not count: requests failed, or a feature was not on");
    }
    return counts;
  }
}
