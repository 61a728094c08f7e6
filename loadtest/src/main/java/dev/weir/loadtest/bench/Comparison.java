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

  private List<String> sizes() {
    return measurements.stream().map(Measurement::size).distinct().toList();
  }

  private List<String> proxies() {
    return measurements.stream().map(Measurement::proxy).distinct().sorted(this::order).toList();
  }

  /** The reference first, no proxy last, the others by name. */
  private int order(String a, String b) {
    int byRank = Integer.compare(rank(a), rank(b));
    return byRank != 0 ? byRank : a.compareTo(b);
  }

  private int rank(String proxy) {
    return proxy.equals(reference) ? 0 : proxy.equals(Contenders.DIRECT) ? 2 : 1;
  }

  private double[] values(String proxy, String size, ToDoubleFunction<Measurement> value) {
    return measurements.stream()
        .filter(m -> m.proxy().equals(proxy) && m.size().equals(size))
        .mapToDouble(value)
        .toArray();
  }

  private double median(String proxy, String size, ToDoubleFunction<Measurement> value) {
    return median(values(proxy, size, value));
  }

  /** One table per body size, in Markdown. */
  String text() {
    var text = new StringBuilder();
    for (String size : sizes()) {
      var rows = new ArrayList<List<String>>();
      rows.add(
          List.of(
              size + " body",
              "CPU us/request",
              "of it JIT",
              reference + " / it",
              "by round",
              "requests/s",
              "busy",
              "p50 us",
              "p99 us",
              "RSS MB"));
      for (String proxy : proxies()) {
        rows.add(row(proxy, size));
      }
      text.append(Table.markdown(rows)).append('\n');
    }
    return text.toString();
  }

  private List<String> row(String proxy, String size) {
    double cpu = median(proxy, size, Measurement::cpuMicros);
    boolean none = Double.isNaN(cpu);
    double[] ratios = ratios(proxy, size);
    String range =
        String.format(
            Locale.ROOT,
            "%.2f..%.2f",
            Arrays.stream(ratios).min().orElse(Double.NaN),
            Arrays.stream(ratios).max().orElse(Double.NaN));
    return List.of(
        proxy,
        show(cpu),
        none ? "-" : show(median(proxy, size, Measurement::compilerMicros)),
        none ? "-" : String.format(Locale.ROOT, "%.2f", ratio(proxy, size)),
        none ? "-" : range,
        show(median(proxy, size, Measurement::requestsPerSecond)),
        none ? "-" : String.format(Locale.ROOT, "%.2f", median(proxy, size, Measurement::busy)),
        show(median(proxy, size, Measurement::p50Micros)),
        show(median(proxy, size, Measurement::p99Micros)),
        show(median(proxy, size, Measurement::residentMegabytes)));
  }

  /** Median over the rounds of the reference's CPU time per request over the proxy's. */
  double ratio(String proxy, String size) {
    return median(ratios(proxy, size));
  }

  /** Of each round by itself, so that a machine that gets slower meanwhile changes little. */
  private double[] ratios(String proxy, String size) {
    double[] its = values(proxy, size, Measurement::cpuMicros);
    double[] references = values(reference, size, Measurement::cpuMicros);
    return IntStream.range(0, Math.min(its.length, references.length))
        .mapToDouble(i -> references[i] / its[i])
        .toArray();
  }

  private static String show(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
  }

  /** Medians, ratios and every single measurement. */
  Map<String, Object> json() {
    var medians = new ArrayList<Map<String, Object>>();
    for (String size : sizes()) {
      for (String proxy : proxies()) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("size", size);
        entry.put("proxy", proxy);
        putNumber(entry, "cpuMicros", median(proxy, size, Measurement::cpuMicros));
        putNumber(entry, "ratio", ratio(proxy, size));
        entry.put("requestsPerSecond", median(proxy, size, Measurement::requestsPerSecond));
        entry.put("p50Micros", median(proxy, size, Measurement::p50Micros));
        entry.put("p99Micros", median(proxy, size, Measurement::p99Micros));
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
    fields.put("size", m.size());
    fields.put("round", m.round());
    fields.put("requests", m.requests());
    fields.put("failed", m.failed());
    putNumber(fields, "cpuMicros", m.cpuMicros());
    fields.put("compilerMicros", m.compilerMicros());
    putNumber(fields, "busy", m.busy());
    fields.put("requestsPerSecond", m.requestsPerSecond());
    fields.put("p50Micros", m.p50Micros());
    fields.put("p99Micros", m.p99Micros());
    putNumber(fields, "residentMegabytes", m.residentMegabytes());
    return fields;
  }

  /** JSON has no NaN: what there is none of is left out. */
  private static void putNumber(Map<String, Object> json, String name, double value) {
    if (!Double.isNaN(value)) {
      json.put(name, value);
    }
  }
}
