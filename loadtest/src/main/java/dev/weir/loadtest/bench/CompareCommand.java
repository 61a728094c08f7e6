package dev.weir.loadtest.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Resources;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code loadtest/bench/compare} runs once everything is built and installed. */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
  private static final int EXIT_UNFAIR = 1;

  /** The split is 5 % in expectation. */
  private static final double LEAST_CANARY_SHARE = 0.03;

  private static final double MOST_CANARY_SHARE = 0.07;

  @Option(names = "--rounds", defaultValue = "5")
  private int rounds;

  @Option(names = "--size", defaultValue = "1k,64k,600k", split = ",")
  private List<String> sizes = List.of();

  @Option(
      names = "--peers",
      defaultValue = "envoy,nginx,haproxy,haproxy-64k,haproxy-tcp",
      split = ",")
  private List<String> peers = List.of();

  @Option(names = "--client", defaultValue = "h2load,grpc-go", split = ",")
  private List<String> clients = List.of();

  @Option(names = "--grpc-go-size", defaultValue = "1k", split = ",")
  private List<String> grpcGoSizes = List.of();

  @Option(names = "--routes", defaultValue = "1", split = ",")
  private List<Integer> routes = List.of();

  @Option(names = "--tls")
  private boolean tls;

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
    CommandLines.run("compare", new CompareCommand(), arguments);
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
    for (String client : clients) {
      if (!List.of(H2load.NAME, GoClient.NAME).contains(client)) {
        throw new InvalidValueException("--client", client, "some of h2load,grpc-go");
      }
    }
    for (int count : routes) {
      Check.inRange("--routes", count, 1, 100_000);
    }
    Files.createDirectories(work);
    return CommandLines.withResources(this::compare);
  }

  private int compare(Resources resources) throws IOException, InterruptedException {
    String loadBefore = Machine.load();
    var pinning = new Pinning(proxyCpu, loadCpu);
    pinning.applyToSelf();
    var goClient = new GoClient(CommandLines.program("WEIR_GOCLIENT_BIN"), pinning, work);
    List<Workload> workloads = workloads(pinning, goClient);
    Tls certificates =
        tls ? Tls.create(CommandLines.program("WEIR_GOCLIENT_BIN"), work.resolve("tls")) : null;
    var upstreamCommand = new ArrayList<>(List.of(upstreamProgram.toString(), "2"));
    if (certificates != null) {
      upstreamCommand.add(certificates.certificate().toString());
      upstreamCommand.add(certificates.key().toString());
    }
    Upstream upstream =
        resources.add(
            "upstream", Upstream.start(upstreamCommand, pinning, work.resolve("upstream.log")));
    upstream.becomeWorkers();
    var controls = new ArrayList<StubControlPlane>();
    var templates = new PeerTemplates(configurations, upstream.ports(), certificates);
    List<Proxy> proxies = start(pinning, templates, controls, resources);
    var atStart = new LinkedHashMap<String, Double>();
    for (Proxy proxy : proxies) {
      proxy.awaitServing(goClient, workloads.getFirst().file());
      if (proxy.process() != null) {
        atStart.put(proxy.name(), proxy.residentBytes() / 1e6);
      }
    }
    var settings = new Rounds.Settings(rounds, seconds, warmUpSeconds, latencyRequests);
    var measuring = new Rounds(settings, upstream, clock, out);
    measuring.warmUp(proxies, workloads);
    // a router answers with errors until it has found its workers; from here on none is allowed
    long failedBefore = errors(controls);
    var comparison = new Comparison(Contenders.WEIR, measuring.measure(proxies, workloads));
    var memory = new MemoryUse(atStart, measuring.mostMegabytes());
    List<Goals.Goal> goals = Goals.of(comparison, memory);

    out.println();
    out.print(comparison.text());
    out.print(memory.text(comparison));
    out.print(Goals.text(goals));
    var report = new LinkedHashMap<String, Object>();
    report.put("at", clock.now().toString());
    report.put("commit", commit);
    report.put("machine", Machine.describe());
    report.put("loadAverageBefore", loadBefore);
    report.put("loadAverageAfter", Machine.load());
    report.put("settings", Map.of("seconds", seconds, "warmUpSeconds", warmUpSeconds, "tls", tls));
    report.put("routers", controls.stream().map(CompareCommand::features).toList());
    report.put("goals", Goals.json(goals));
    report.put("memory", memory.json());
    report.putAll(comparison.json());
    Files.write(
        json,
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsBytes(report));
    out.println("every measurement is in " + json);
    boolean counts = errors(controls) == failedBefore;
    if (!counts) {
      out.printf("weir: %d requests failed%n", errors(controls) - failedBefore);
    }
    for (StubControlPlane control : controls) {
      counts &= isOn(control);
    }
    if (!counts) {
      out.println("compare: these numbers do not count: requests failed, or a feature was not on");
    }
    return counts ? 0 : EXIT_UNFAIR;
  }

  private List<Proxy> start(
      Pinning pinning,
      PeerTemplates templates,
      List<StubControlPlane> controls,
      Resources resources)
      throws IOException {
    var programs =
        new Contenders.Programs(
            CommandLines.program("WEIR_ENVOY_BIN"),
            CommandLines.program("WEIR_NGINX_BIN"),
            CommandLines.program("WEIR_HAPROXY_BIN"),
            router);
    var contenders = new Contenders(programs, pinning, work, templates);
    var proxies = new ArrayList<Proxy>();
    for (int count : routes) {
      String name =
          controls.isEmpty() ? Contenders.WEIR : Contenders.WEIR + "-" + count + "-routes";
      var control =
          resources.add(
              name + " control",
              new StubControlPlane(BenchSnapshot.at(clock.now(), count), templates.tls()));
      controls.add(control);
      proxies.add(resources.add(name, contenders.router(name, control)));
    }
    for (String peer : peers) {
      proxies.add(resources.add(peer, contenders.peer(peer)));
    }
    proxies.addAll(contenders.direct());
    return proxies;
  }

  private List<Workload> workloads(Pinning pinning, GoClient goClient) throws IOException {
    var workloads = new ArrayList<Workload>();
    if (clients.contains(H2load.NAME)) {
      var h2load = new H2load(CommandLines.program("WEIR_H2LOAD_BIN"), pinning, work);
      for (String size : sizes) {
        workloads.add(workload(h2load, size));
      }
    }
    if (clients.contains(GoClient.NAME)) {
      for (String size : grpcGoSizes) {
        workloads.add(workload(goClient, size));
      }
    }
    return workloads;
  }

  private Workload workload(LoadClient client, String word) throws IOException {
    BodySize size = BodySize.parse(word);
    return new Workload(client, size, Files.write(work.resolve("body-" + word), size.body()));
  }

  private static long errors(List<StubControlPlane> controls) {
    return controls.stream().mapToLong(control -> control.intake().errors()).sum();
  }

  private static Map<String, Object> features(StubControlPlane control) {
    return Map.of(
        "outcomesReported", control.intake().requests(),
        "canaryShare", control.intake().canaryShare(),
        "stickyUnits", control.intake().stickyUnits(),
        "traceBytes", control.traces().traceBytes());
  }

  /** A router that reports no outcomes or traces would be compared without its features. */
  private boolean isOn(StubControlPlane control) {
    IntakeCounts intake = control.intake();
    double share = intake.canaryShare();
    out.printf(
        "weir reported %d outcomes (%.2f %% of the units canary; %d sticky units, %d requests that are no units) and %d bytes of traces%n",
        intake.requests(),
        share * 100,
        intake.stickyUnits(),
        intake.noUnits(),
        control.traces().traceBytes());
    return intake.requests() > 0
        && intake.stickyUnits() > 0
        && control.traces().traceBytes() > 0
        && share > LEAST_CANARY_SHARE
        && share < MOST_CANARY_SHARE;
  }
}
