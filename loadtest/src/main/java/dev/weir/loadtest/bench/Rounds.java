package dev.weir.loadtest.bench;

import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures all proxies in turn, round by round, so that a machine that gets slower or faster
 * meanwhile changes them alike. The order rotates from round to round.
 */
final class Rounds {
  /** A run takes at most this many times as long as it should before it counts as stuck. */
  private static final int PATIENCE = 10;

  private static final long MIN_LIMIT_SECONDS = 30;
  private static final int FIRST_WARM_UP = 200;
  private static final int PEER_WARM_UP_SECONDS = 2;

  /** Share of a run in which the proxy should compute, for its time to be measured well. */
  private static final double LEAST_SHARE_OF_CPU = 0.4;

  private static final int MOST_LENGTHENING = 4;

  /** Compiling at most this share of a run's processor time is the end of the warm-up. */
  private static final double SETTLED = 0.03;

  /** Warm-up takes at most this many times its configured length. */
  private static final int MOST_WARM_UP = 8;

  private final Settings settings;
  private final Upstream upstream;
  private final Clock clock;
  private final PrintWriter out;
  private final Map<String, Long> requestsPerRun = new HashMap<>();
  private final Map<String, Double> mostMegabytes = new HashMap<>();

  /**
   * How long it takes.
   *
   * @param rounds rounds, 1 to 100
   * @param secondsPerRun length of one measurement of processor time, 1 to 60
   * @param warmUpSeconds load on the router with each size before the first round, 1 to 120; more
   *     while much is still being compiled
   * @param latencyRequests requests of one measurement of latency, 10 to 100,000
   */
  record Settings(int rounds, int secondsPerRun, int warmUpSeconds, int latencyRequests) {}

  Rounds(Settings settings, Upstream upstream, Clock clock, PrintWriter out) {
    this.settings = settings;
    this.upstream = upstream;
    this.clock = clock;
    this.out = out;
  }

  /** Most memory that each proxy had resident so far, megabytes. */
  Map<String, Double> mostMegabytes() {
    return Map.copyOf(mostMegabytes);
  }

  /**
   * Loads each proxy with each size and learns its speed: the router, whose code is compiled while
   * it runs, for the configured time and on until hardly anything is left to compile.
   */
  void warmUp(List<Proxy> proxies, List<Workload> workloads)
      throws IOException, InterruptedException {
    for (Workload workload : workloads) {
      for (Proxy proxy : proxies) {
        boolean compiles = proxy.isWeir();
        warmUp(proxy, workload, compiles ? settings.warmUpSeconds() : PEER_WARM_UP_SECONDS);
      }
    }
  }

  private void warmUp(Proxy proxy, Workload workload, int seconds)
      throws IOException, InterruptedException {
    long start = clock.nanoTime();
    long requests = FIRST_WARM_UP;
    while (true) {
      long cpu = proxy.cpuMicros();
      long compiler = proxy.compilerMicros();
      double rate = load(proxy, workload, requests).requestsPerSecond();
      double used = proxy.cpuMicros() - cpu;
      double compiling = proxy.compilerMicros() - compiler;
      double passed = (clock.nanoTime() - start) / 1e9;
      boolean settled = compiling <= used * SETTLED;
      if (passed > seconds && settled || passed > (double) seconds * MOST_WARM_UP) {
        out.printf(
            "warm  %-18s %-12s %8.1f us CPU (%.1f of it compiling) %9.0f requests/s, after %.0f s%n",
            proxy.name(), workload.label(), used / requests, compiling / requests, rate, passed);
        requestsPerRun.put(key(proxy, workload), requests(rate, used / requests));
        return;
      }
      requests = requests(rate, 0);
    }
  }

  /**
   * Requests of a run: as many as take the configured time, and more where the proxy gets so little
   * of its processor that this would be too short to measure, but four times as many at most.
   */
  private long requests(double requestsPerSecond, double cpuMicros) {
    double byTime = requestsPerSecond * settings.secondsPerRun();
    double byCpu =
        cpuMicros == 0 ? 0 : settings.secondsPerRun() * 1e6 * LEAST_SHARE_OF_CPU / cpuMicros;
    return Math.max(FIRST_WARM_UP, (long) Math.clamp(byCpu, byTime, MOST_LENGTHENING * byTime));
  }

  /** Measures. */
  List<Measurement> measure(List<Proxy> proxies, List<Workload> workloads)
      throws IOException, InterruptedException {
    var measurements = new ArrayList<Measurement>();
    for (int round = 1; round <= settings.rounds(); round++) {
      var order = new ArrayList<>(proxies);
      Collections.rotate(order, 1 - round);
      for (Workload workload : workloads) {
        for (Proxy proxy : order) {
          Measurement measured = measure(proxy, workload, round);
          out.printf(
              "%d/%d   %-18s %-12s %8.1f us CPU %9.0f requests/s %7.0f us p50%n",
              round,
              settings.rounds(),
              proxy.name(),
              workload.label(),
              measured.cpuMicros(),
              measured.requestsPerSecond(),
              measured.p50Micros());
          measurements.add(measured);
        }
      }
    }
    return measurements;
  }

  private Measurement measure(Proxy proxy, Workload workload, int round)
      throws IOException, InterruptedException {
    long requests = requestsPerRun.getOrDefault(key(proxy, workload), (long) FIRST_WARM_UP);
    long compiler = proxy.compilerMicros();
    long cpu = proxy.cpuMicros();
    long start = clock.nanoTime();
    LoadResult result = load(proxy, workload, requests);
    double micros = (clock.nanoTime() - start) / 1e3;
    double used = proxy.process() == null ? Double.NaN : proxy.cpuMicros() - cpu;
    double compiling = Math.max(0, proxy.compilerMicros() - compiler);
    double peak = proxy.process() == null ? Double.NaN : proxy.peakResidentBytes() / 1e6;
    Latency latency =
        workload
            .client()
            .oneInFlight(
                proxy.target(),
                workload.file(),
                settings.latencyRequests(),
                limit(settings.secondsPerRun()));
    return new Measurement(
        proxy.name(),
        workload.label(),
        round,
        result.requests(),
        result.requests() - result.succeeded(),
        used / result.requests(),
        compiling / result.requests(),
        used / micros,
        result.requestsPerSecond(),
        latency.p50Micros(),
        latency.p99Micros(),
        peak);
  }

  /** A run counts only when the upstream has seen each of its requests: 200 is no proof in gRPC. */
  private LoadResult load(Proxy proxy, Workload workload, long requests)
      throws IOException, InterruptedException {
    proxy.forgetPeak();
    long before = upstream.answered();
    LoadResult result =
        workload
            .client()
            .load(proxy.target(), workload.file(), requests, limit(settings.secondsPerRun()));
    long reached = upstream.answered() - before;
    if (result.succeeded() != requests || reached < requests) {
      throw new IOException(
          proxy.name()
              + ": of "
              + requests
              + " requests "
              + result.succeeded()
              + " were answered and "
              + reached
              + " reached the upstream");
    }
    if (proxy.process() != null) {
      mostMegabytes.merge(proxy.name(), proxy.peakResidentBytes() / 1e6, Math::max);
    }
    return result;
  }

  private static long limit(int seconds) {
    return Math.max(MIN_LIMIT_SECONDS, (long) seconds * PATIENCE);
  }

  private static String key(Proxy proxy, Workload workload) {
    return proxy.name() + " " + workload.label();
  }
}
