package dev.weir.loadtest.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory of the proxies: resident, in megabytes of a million bytes.
 *
 * @param atStart after the first answer, before any load
 * @param most the most at any time, warm-up included
 */
record MemoryUse(Map<String, Double> atStart, Map<String, Double> most) {
  MemoryUse {
    atStart = Map.copyOf(atStart);
    most = Map.copyOf(most);
  }

  /** Most of a proxy; NaN when it was not measured. */
  double most(String proxy) {
    return most.getOrDefault(proxy, Double.NaN);
  }

  /** A table: at start, the peak with 64 in flight of each workload, the most of all. */
  String text(Comparison comparison) {
    var rows = new ArrayList<List<String>>();
    var head = new ArrayList<>(List.of("memory, MB", "at start"));
    head.addAll(comparison.workloads());
    head.add("most");
    rows.add(head);
    for (String proxy : comparison.proxies()) {
      if (!atStart.containsKey(proxy)) {
        continue;
      }
      var row = new ArrayList<String>();
      row.add(proxy);
      row.add(Comparison.show(atStart.get(proxy)));
      for (String workload : comparison.workloads()) {
        row.add(Comparison.show(comparison.median(proxy, workload, Measurement::peakMegabytes)));
      }
      row.add(Comparison.show(most(proxy)));
      rows.add(row);
    }
    return Table.markdown(rows) + "\n";
  }

  /** For the file of measurements. */
  Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("atStartMegabytes", atStart);
    json.put("mostMegabytes", most);
    return json;
  }
}
