package dev.weir.loadtest.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What the router is to reach beside its peers, and what it has reached in one comparison. Goals
 * for which something was not measured are left out.
 */
final class Goals {
  private static final String SMALL = "1k " + H2load.NAME;
  private static final String SMALL_REAL = "1k " + GoClient.NAME;
  private static final String MEDIUM = "64k " + H2load.NAME;
  private static final String LARGE = "600k " + H2load.NAME;
  private static final List<String> L7 = List.of("envoy", "nginx", "haproxy", "haproxy-64k");

  /** Below this its own processor was not the limit: what was measured is a lower bound. */
  private static final double BUSY = 0.9;

  private final Comparison comparison;
  private final MemoryUse memory;
  private final List<Goal> goals = new ArrayList<>();

  /**
   * One goal.
   *
   * @param note what to know about the number; empty: nothing
   */
  record Goal(String what, boolean atMost, double limit, double measured, String note) {
    /** Whether it is reached. */
    boolean holds() {
      return atMost ? measured <= limit : measured >= limit;
    }
  }

  private Goals(Comparison comparison, MemoryUse memory) {
    this.comparison = comparison;
    this.memory = memory;
  }

  /** All that can be judged. */
  static List<Goal> of(Comparison comparison, MemoryUse memory) {
    var goals = new Goals(comparison, memory);
    goals.processorTime();
    goals.latency();
    goals.throughput();
    goals.memory();
    goals.routes();
    return List.copyOf(goals.goals);
  }

  private void add(String what, boolean atMost, double limit, double measured, String note) {
    if (Double.isFinite(measured)) {
      goals.add(new Goal(what, atMost, limit, measured, note));
    }
  }

  private void processorTime() {
    cpu(SMALL, "haproxy", 0.5);
    cpu(SMALL, "envoy", 0.25);
    cpu(SMALL, "nginx", 0.2);
    cpu(SMALL_REAL, "haproxy", 0.6);
    cpu(SMALL_REAL, "envoy", 0.35);
    best(MEDIUM, 0.85);
    best(LARGE, 1.0);
  }

  private void cpu(String workload, String peer, double limit) {
    double ratio = comparison.ratio(peer, workload, Measurement::cpuMicros);
    add("CPU/request, " + workload + ", of " + peer, true, limit, ratio, "");
  }

  private void best(String workload, double limit) {
    String best = "";
    double least = Double.POSITIVE_INFINITY;
    for (String peer : L7) {
      double cpu = comparison.median(peer, workload, Measurement::cpuMicros);
      if (cpu < least) {
        least = cpu;
        best = peer;
      }
    }
    double ratio = comparison.ratio(best, workload, Measurement::cpuMicros);
    String what = "CPU/request, " + workload + ", of the best peer";
    add(what, true, limit, ratio, "the best is " + best);
  }

  private void latency() {
    String what = "added p50, one in flight, " + SMALL + ", of ";
    add(what + "haproxy-tcp", true, 1.25, comparison.addedRatio("haproxy-tcp", SMALL), "");
    add(what + "envoy", true, 0.45, comparison.addedRatio("envoy", SMALL), "");
  }

  private void throughput() {
    double busy = comparison.median(comparison.reference(), SMALL, Measurement::busy);
    String note =
        busy < BUSY
            ? String.format(
                Locale.ROOT, "a lower bound: %s was busy %.2f", comparison.reference(), busy)
            : "";
    ToDoubleFunction<Measurement> rate = Measurement::requestsPerSecond;
    String what = "requests/s, " + SMALL + ", of ";
    add(what + "haproxy", false, 1.5, comparison.ratio("haproxy", SMALL, rate), note);
    add(what + "envoy", false, 3.5, comparison.ratio("envoy", SMALL, rate), note);
  }

  private void memory() {
    double most = memory.most(comparison.reference());
    add("most memory, MB", true, 100, most, "");
    double envoy = memory.most("envoy");
    add("most memory, of envoy", true, 1, most / envoy, "");
    double[] peaks =
        comparison.workloads().stream()
            .mapToDouble(
                w -> comparison.median(comparison.reference(), w, Measurement::peakMegabytes))
            .toArray();
    double least = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (double peak : peaks) {
      least = Math.min(least, peak);
      largest = Math.max(largest, peak);
    }
    if (peaks.length > 1) {
      add("memory, largest of all sizes over smallest", true, 1.25, largest / least, "");
    }
  }

  private void routes() {
    for (String proxy : comparison.proxies()) {
      if (proxy.startsWith(Contenders.WEIR + "-")) {
        double ratio = comparison.ratio(proxy, SMALL, Measurement::cpuMicros);
        String what = "CPU/request, " + SMALL + ", " + proxy + " of " + comparison.reference();
        add(what, true, 1.1, 1 / ratio, "");
      }
    }
  }

  /** A table of them. */
  static String text(List<Goal> goals) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("goal", "limit", "measured", "held", "note"));
    for (Goal goal : goals) {
      rows.add(
          List.of(
              goal.what(),
              (goal.atMost() ? "<= " : ">= ") + number(goal.limit()),
              number(goal.measured()),
              goal.holds() ? "yes" : "no",
              goal.note()));
    }
    return Table.markdown(rows) + "\n";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
  }

  /** For the file of measurements. */
  static List<Map<String, Object>> json(List<Goal> goals) {
    var all = new ArrayList<Map<String, Object>>();
    for (Goal goal : goals) {
      var json = new LinkedHashMap<String, Object>();
      json.put("goal", goal.what());
      json.put(goal.atMost() ? "atMost" : "atLeast", goal.limit());
      json.put("measured", goal.measured());
      json.put("holds", goal.holds());
      json.put("note", goal.note());
      all.add(json);
    }
    return all;
  }
}
