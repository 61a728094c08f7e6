package dev.weir.loadtest.bench;

import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final H2load h2load;
  private final Upstream upstream;
  private final Clock clock;
  private final PrintWriter out;
  private final Map<String, Long> requestsPerRun = new HashMap<>();

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

  Rounds(Settings settings, H2load h2load, Upstream upstream, Clock clock, PrintWriter out) {
    this.settings = settings;
    this.h2load = h2load;
    this.upstream = upstream;
    this.clock = clock;
    this.out = out;
  }

  /** A body size and the file that h2load sends. */
  record Body(BodySize size, Path file) {}

  /**
   * Loads each proxy with each size and learns its speed: the router, whose code is compiled while
   * it runs, for the configured time and on until hardly anything is left to compile.
   */
  void warmUp(List<Proxy> proxies, List<Body> bodies) throws IOException, InterruptedException {
    for (Body body : bodies) {
      for (Proxy proxy : proxies) {
        boolean compiles = proxy.name().equals(Contenders.WEIR);
        warmUp(proxy, body, compiles ? settings.warmUpSeconds() : PEER_WARM_UP_SECONDS);
      }
    }
  }

  private void warmUp(Proxy proxy, Body body, int seconds)
      throws IOException, InterruptedException {
    long start = clock.nanoTime();
    long requests = FIRST_WARM_UP;
    while (true) {
      long cpu = proxy.cpuMicros();
      long compiler = proxy.compilerMicros();
      double rate = load(proxy, body, requests).requestsPerSecond();
      double used = proxy.cpuMicros() - cpu;
      double compiling = proxy.compilerMicros() - compiler;
      double passed = (clock.nanoTime() - start) / 1e9;
      boolean settled = compiling <= used * SETTLED;
      if (passed > seconds && settled || passed > (double) seconds * MOST_WARM_UP) {
        out.printf(
            "warm  %-12s %-6s %8.1f us CPU (%.1f of it compiling) %9.0f requests/s, after %.0f s%n",
            proxy.name(), body.size().word(), used / requests, compiling / requests, rate, passed);
        requestsPerRun.put(key(proxy, body), requests(rate, used / requests));
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
  List<Measurement> measure(List<Proxy> proxies, List<Body> bodies)
      throws IOException, InterruptedException {
    var measurements = new ArrayList<Measurement>();
    for (int round = 1; round <= settings.rounds(); round++) {
      var order = new ArrayList<>(proxies);
      Collections.rotate(order, 1 - round);
      for (Body body : bodies) {
        for (Proxy proxy : order) {
          Measurement measured = measure(proxy, body, round);
          out.printf(
              "%d/%d   %-12s %-6s %8.1f us CPU %9.0f requests/s %7.0f us p50%n",
              round,
              settings.rounds(),
              proxy.name(),
              body.size().word(),
              measured.cpuMicros(),
              measured.requestsPerSecond(),
              measured.p50Micros());
          measurements.add(measured);
        }
      }
    }
    return measurements;
  }

  private Measurement measure(Proxy proxy, Body body, int round)
      throws IOException, InterruptedException {
    long requests = requestsPerRun.getOrDefault(key(proxy, body), (long) FIRST_WARM_UP);
    long compiler = proxy.compilerMicros();
    long cpu = proxy.cpuMicros();
    long start = clock.nanoTime();
    H2load.Result result = load(proxy, body, requests);
    double micros = (clock.nanoTime() - start) / 1e3;
    double used = proxy.process() == null ? Double.NaN : proxy.cpuMicros() - cpu;
    double compiling = Math.max(0, proxy.compilerMicros() - compiler);
    long[] latencies =
        h2load.oneInFlight(
            proxy.address(),
            body.file(),
            settings.latencyRequests(),
            limit(settings.secondsPerRun()));
    Arrays.sort(latencies);
    return new Measurement(
        proxy.name(),
        body.size().word(),
        round,
        result.requests(),
        result.requests() - result.succeeded(),
        used / result.requests(),
        compiling / result.requests(),
        used / micros,
        result.requestsPerSecond(),
        percentile(latencies, 0.5),
        percentile(latencies, 0.99),
        proxy.process() == null ? Double.NaN : proxy.residentBytes() / 1e6);
  }

  /** A run counts only when the upstream has seen each of its requests: 200 is no proof in gRPC. */
  private H2load.Result load(Proxy proxy, Body body, long requests)
      throws IOException, InterruptedException {
    long before = upstream.answered();
    H2load.Result result =
        h2load.load(proxy.address(), body.file(), requests, limit(settings.secondsPerRun()));
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
    return result;
  }

  private static long limit(int seconds) {
    return Math.max(MIN_LIMIT_SECONDS, (long) seconds * PATIENCE);
  }

  static double percentile(long[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
  }

  private static String key(Proxy proxy, Body body) {
    return proxy.name() + " " + body.size().word();
  }
}
