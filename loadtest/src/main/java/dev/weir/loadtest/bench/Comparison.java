package dev.weir.loadtest.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * All measurements of one run, as medians over the rounds and ratios to each peer. Only ratios
 * within one run mean something: absolute numbers move with the machine.
 *
 * @param reference proxy that the others are compared with
 */
record Comparison(String reference, List<Measurement> measurements) {
  Comparison {
    measurements = List.copyOf(measurements);
  }

  /** Median; NaN for nothing. */
  static double median(double[] values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Body sizes and clients, in the order measured. */
  List<String> workloads() {
    return measurements.stream().map(Measurement::workload).distinct().toList();
  }

  /** The reference first, no proxy last, the others by name. */
  List<String> proxies() {
    return measurements.stream().map(Measurement::proxy).distinct().sorted(this::order).toList();
  }

  private int order(String a, String b) {
    int byRank = Integer.compare(rank(a), rank(b));
    return byRank != 0 ? byRank : a.compareTo(b);
  }

  private int rank(String proxy) {
    return proxy.equals(reference) ? 0 : proxy.startsWith(Contenders.DIRECT) ? 2 : 1;
  }

  private double[] values(String proxy, String workload, ToDoubleFunction<Measurement> value) {
    return measurements.stream()
        .filter(m -> m.proxy().equals(proxy) && m.workload().equals(workload))
        .mapToDouble(value)
        .toArray();
  }

  /** Median over the rounds; NaN when it was not measured. */
  double median(String proxy, String workload, ToDoubleFunction<Measurement> value) {
    return median(values(proxy, workload, value));
  }

  /**
   * Median over the rounds of the reference's value over the proxy's, of each round by itself, so
   * that a machine that gets slower meanwhile changes little.
   */
  double ratio(String proxy, String workload, ToDoubleFunction<Measurement> value) {
    return median(ratios(values(reference, workload, value), values(proxy, workload, value)));
  }

  /** Median over the rounds of what a proxy adds to the latency between two processors, us. */
  double added(String proxy, String workload) {
    return median(additions(proxy, workload));
  }

  /** The same ratio of what the two add. */
  double addedRatio(String proxy, String workload) {
    return median(ratios(additions(reference, workload), additions(proxy, workload)));
  }

  private double[] additions(String proxy, String workload) {
    double[] its = values(proxy, workload, Measurement::p50Micros);
    double[] direct = values(Contenders.DIRECT_ACROSS, workload, Measurement::p50Micros);
    return IntStream.range(0, Math.min(its.length, direct.length))
        .mapToDouble(i -> its[i] - direct[i])
        .toArray();
  }

  private static double[] ratios(double[] references, double[] its) {
    return IntStream.range(0, Math.min(its.length, references.length))
        .mapToDouble(i -> references[i] / its[i])
        .toArray();
  }

  /** One table per workload, in Markdown. */
  String text() {
    var text = new StringBuilder();
    for (String workload : workloads()) {
      var rows = new ArrayList<List<String>>();
      rows.add(
          List.of(
              workload,
              "CPU us/request",
              "of it JIT",
              reference + " / it",
              "by round",
              "requests/s",
              "busy",
              "p50 us",
              "p99 us",
              "added p50",
              reference + " / it",
              "peak MB"));
      for (String proxy : proxies()) {
        rows.add(row(proxy, workload));
      }
      text.append(Table.markdown(rows)).append('\n');
    }
    return text.toString();
  }

  private List<String> row(String proxy, String workload) {
    double cpu = median(proxy, workload, Measurement::cpuMicros);
    boolean none = Double.isNaN(cpu);
    double[] ratios =
        ratios(
            values(reference, workload, Measurement::cpuMicros),
            values(proxy, workload, Measurement::cpuMicros));
    String range =
        String.format(
            Locale.ROOT,
            "%.2f..%.2f",
            Arrays.stream(ratios).min().orElse(Double.NaN),
            Arrays.stream(ratios).max().orElse(Double.NaN));
    return List.of(
        proxy,
        show(cpu),
        none ? "-" : show(median(proxy, workload, Measurement::compilerMicros)),
        share(none ? Double.NaN : median(ratios)),
        none ? "-" : range,
        show(median(proxy, workload, Measurement::requestsPerSecond)),
        share(none ? Double.NaN : median(proxy, workload, Measurement::busy)),
        show(median(proxy, workload, Measurement::p50Micros)),
        show(median(proxy, workload, Measurement::p99Micros)),
        show(none ? Double.NaN : added(proxy, workload)),
        share(none ? Double.NaN : addedRatio(proxy, workload)),
        show(median(proxy, workload, Measurement::peakMegabytes)));
  }

  /** A number with three digits; "-" for none. */
  static String show(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.1f" : "%.0f", value);
  }

  private static String share(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  /** Medians, ratios and every single measurement. */
  Map<String, Object> json() {
    var medians = new ArrayList<Map<String, Object>>();
    for (String workload : workloads()) {
      for (String proxy : proxies()) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("workload", workload);
        entry.put("proxy", proxy);
        putNumber(entry, "cpuMicros", median(proxy, workload, Measurement::cpuMicros));
        putNumber(entry, "ratio", ratio(proxy, workload, Measurement::cpuMicros));
        entry.put("requestsPerSecond", median(proxy, workload, Measurement::requestsPerSecond));
        entry.put("p50Micros", median(proxy, workload, Measurement::p50Micros));
        entry.put("p99Micros", median(proxy, workload, Measurement::p99Micros));
        putNumber(entry, "addedMicros", added(proxy, workload));
        putNumber(entry, "addedRatio", addedRatio(proxy, workload));
        putNumber(entry, "peakMegabytes", median(proxy, workload, Measurement::peakMegabytes));
        medians.add(entry);
      }
    }
    var json = new LinkedHashMap<String, Object>();
    json.put("reference", reference);
    json.put("medians", medians);
    json.put("measurements", measurements.stream().map(Comparison::fields).toList());
    return json;
  }

  private static Map<String, Object> fields(Measurement m) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("proxy", m.proxy());
    fields.put("workload", m.workload());
    fields.put("round", m.round());
    fields.put("requests", m.requests());
    fields.put("failed", m.failed());
    putNumber(fields, "cpuMicros", m.cpuMicros());
    fields.put("compilerMicros", m.compilerMicros());
    putNumber(fields, "busy", m.busy());
    fields.put("requestsPerSecond", m.requestsPerSecond());
    fields.put("p50Micros", m.p50Micros());
    fields.put("p99Micros", m.p99Micros());
    putNumber(fields, "peakMegabytes", m.peakMegabytes());
    return fields;
  }

  /** JSON has no NaN or infinity: what there is none of is left out. */
  private static void putNumber(Map<String, Object> json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }
}
