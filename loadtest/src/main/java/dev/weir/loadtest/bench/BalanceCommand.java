package dev.weir.loadtest.bench;

import dev.weir.loadtest.load.ArrivalSchedule;
import dev.weir.loadtest.load.InferenceClient;
import dev.weir.loadtest.load.OpenLoopGenerator;
import dev.weir.loadtest.report.LoadReport;
import dev.weir.loadtest.report.LoadStatistics;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.inference.ModelInferRequest;
import io.grpc.Metadata;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code loadtest/bench/balance} runs once everything is built. */
@Command(name = "balance", mixinStandardHelpOptions = true, sortOptions = false)
public final class BalanceCommand implements Callable<Integer> {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration TRY = Duration.ofMillis(200);
  private static final int START_TRIES = 300;
  private static final int WORKERS = 4;
  private static final int MAX_IN_FLIGHT = 4_096;
  private static final List<String> POLICIES = List.of("least-cost", "round-robin");

  @Option(names = "--rate", defaultValue = "400")
  private double rate;

  @Option(names = "--seconds", defaultValue = "10")
  private int seconds;

  @Option(names = "--rounds", defaultValue = "3")
  private int rounds;

  @Option(names = "--fast-ms", defaultValue = "10")
  private int fastMillis;

  @Option(names = "--slow-ms", defaultValue = "100")
  private int slowMillis;

  @Option(names = "--seed")
  private @Nullable Long seed;

  @Option(names = "--work", required = true)
  private Path work = Path.of("");

  @Option(names = "--router", required = true, split = " ")
  private List<String> router = List.of();

  private final Clock clock = Clock.system();
  private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

  /** Runs it; ends the process with its status. */
  public static void main(String[] arguments) {
    CommandLines.run("balance", new BalanceCommand(), arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.inRange("--rate", rate, 1.0, 100_000.0);
    Check.inRange("--seconds", seconds, 1, 3_600);
    Check.inRange("--rounds", rounds, 1, 100);
    Check.inRange("--fast-ms", fastMillis, 1, 10_000);
    Check.inRange("--slow-ms", slowMillis, 1, 10_000);
    Files.createDirectories(work);
    return CommandLines.withResources(
        resources -> compare(resources, seed == null ? Randomness.freshSeed() : seed));
  }

  private int compare(Resources resources, long runSeed) throws IOException, InterruptedException {
    Scheduler scheduler = resources.add("timers", Scheduler.system("workers"));
    List<DelayingWorker> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      Duration mean = Duration.ofMillis(i == 0 ? slowMillis : fastMillis);
      String name = "worker-" + (i + 1);
      workers.add(resources.add(name, new DelayingWorker(name, mean, scheduler, runSeed + i)));
    }
    var control =
        resources.add("control", new StubControlPlane(BenchSnapshot.at(clock.now(), 1), null));
    List<Integer> ports = workers.stream().map(DelayingWorker::port).toList();
    Map<String, InferenceClient> clients = new LinkedHashMap<>();
    for (String policy : POLICIES) {
      Proxy proxy = resources.add(policy, start(policy, ports, control));
      HostAndPort address = proxy.target().address();
      InferenceClient client = new InferenceClient(address, 4, new Metadata(), GRACE, List.of());
      clients.put(policy, client);
      awaitServing(proxy, client);
    }
    Map<String, List<LoadReport>> reports = new LinkedHashMap<>();
    try {
      for (int round = 0; round <= rounds; round++) {
        for (String policy : POLICIES) {
          LoadReport report = load(clients.get(policy), runSeed + round, seconds);
          // the first round is for the just-in-time compilers
          if (round > 0) {
            reports.computeIfAbsent(policy, p -> new ArrayList<>()).add(report);
          }
        }
      }
    } finally {
      for (InferenceClient client : clients.values()) {
        client.close();
      }
    }
    print(reports, runSeed);
    boolean failed =
        reports.values().stream().flatMap(List::stream).anyMatch(r -> r.errorRate() > 0);
    return failed ? 1 : 0;
  }

  private Proxy start(String policy, List<Integer> ports, StubControlPlane control)
      throws IOException {
    var command = new ArrayList<>(router);
    command.add("--balance.policy=" + policy);
    var programs = new Contenders.Programs(Path.of(""), Path.of(""), Path.of(""), command);
    var templates = new PeerTemplates(Path.of(""), ports, null);
    return new Contenders(programs, Pinning.NONE, work, templates)
        .router(Contenders.WEIR + "-" + policy, control);
  }

  private void awaitServing(Proxy proxy, InferenceClient client) throws InterruptedException {
    for (int i = 0; i < START_TRIES; i++) {
      // four workers are heard of one after the other
      if (load(client, i, 1).errorRate() == 0) {
        return;
      }
      if (proxy.process() != null) {
        proxy.process().waitAlive(TRY.toMillis());
      }
    }
    throw new StartFailure(CommandLines.EXIT_FAILED, proxy.name() + " does not answer");
  }

  private LoadReport load(@Nullable InferenceClient client, long loadSeed, int forSeconds)
      throws InterruptedException {
    if (client == null) {
      throw new IllegalStateException("no client for a policy");
    }
    var statistics = new LoadStatistics();
    var schedule = new ArrivalSchedule(rate, ArrivalSchedule.Kind.POISSON, loadSeed);
    ModelInferRequest request = ModelInferRequest.newBuilder().setModelName(BodySize.MODEL).build();
    try (var generator =
        new OpenLoopGenerator(
            client, index -> request, schedule, MAX_IN_FLIGHT, clock, statistics::add)) {
      generator.start(Duration.ofSeconds(forSeconds));
      statistics.unanswered(generator.await(GRACE));
    }
    return statistics.report(forSeconds);
  }

  private void print(Map<String, List<LoadReport>> reports, long runSeed) {
    out.printf(
        "%d workers, one with answers after %d ms on average, the others after %d ms;"
            + " %.0f requests/s, %d rounds of %d s, seed %d%n",
        WORKERS, slowMillis, fastMillis, rate, rounds, seconds, runSeed);
    out.printf("%-12s %10s %10s %10s %8s%n", "policy", "p50 ms", "p99 ms", "p99.9 ms", "failed");
    reports.forEach((policy, all) ->
        out.printf(
            "%-12s %10.1f %10.1f %10.1f %8d%n",
            policy,
            median(all, 50),
            median(all, 99),
            median(all, 99.9),
            all.stream().mapToLong(r -> Math.round(r.errorRate() * r.requests())).sum()));
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      ratios.add(millis(reports, POLICIES.get(0), round) / millis(reports, POLICIES.get(1), round));
    }
    ratios.sort(null);
    out.printf(
        "p99, %s / %s, median of the rounds: %.2f%n",
        POLICIES.get(0), POLICIES.get(1), ratios.get(ratios.size() / 2));
  }

  private static double millis(Map<String, List<LoadReport>> reports, String policy, int round) {
    return reports.getOrDefault(policy, List.of()).get(round).millisAt(99);
  }

  private static double median(List<LoadReport> reports, double percentile) {
    double[] sorted = reports.stream().mapToDouble(r -> r.millisAt(percentile)).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
