package dev.weir.monitor.watch;

import dev.weir.monitor.stats.Claim;
import dev.weir.monitor.stats.HitCounts;
import dev.weir.monitor.stats.LevelCounts;
import dev.weir.monitor.stats.MeanTest;
import dev.weir.monitor.stats.PredictedClassTest;
import dev.weir.monitor.stats.ShownScale;
import dev.weir.monitor.stats.detector.Discoveries;
import dev.weir.monitor.stats.detector.DriftDetector;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.registry.v1.FeatureReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Runs the watch over public data and says what it reported, in which period, after how many rows.
 * Not part of the build. The data: {@code src/test/python/real_data.py}.
 *
 * <pre>
 *   java -cp ... dev.weir.monitor.watch.RealDataRun FOLDER
 * </pre>
 */
public final class RealDataRun {
  private static final int GRID = 200;
  private static final double LABEL_RUN_LENGTH = 1e6;

  private RealDataRun() {}

  /** Reads NAME.reference.csv and NAME.live.csv of each NAME. */
  public static void main(String[] args) throws IOException {
    for (String name : List.of("employment", "car-loan", "car-loan-quality", "flights")) {
      run(Path.of(args[0]), name);
    }
  }

  /** A table with the kind of each column. */
  private record Table(
      Map<String, Integer> columns, Map<String, Boolean> numeric, List<String[]> rows) {
    static Table read(Path file) throws IOException {
      try (Stream<String> lines = Files.lines(file)) {
        var iterator = lines.iterator();
        var columns = new LinkedHashMap<String, Integer>();
        var numeric = new LinkedHashMap<String, Boolean>();
        for (String column : iterator.next().split(",", -1)) {
          String[] words = column.split(":");
          numeric.put(words[0], words[1].equals("n"));
          columns.put(words[0], columns.size());
        }
        var rows = new ArrayList<String[]>();
        iterator.forEachRemaining(line -> rows.add(line.split(",", -1)));
        return new Table(columns, numeric, rows);
      }
    }

    String get(String[] row, String column) {
      Integer place = columns.get(column);
      if (place == null) {
        throw new IllegalArgumentException(column + " (expected: one of " + columns.keySet() + ")");
      }
      return row[place];
    }
  }

  private static void run(Path folder, String name) throws IOException {
    Table reference = Table.read(folder.resolve(name + ".reference.csv"));
    Table live = Table.read(folder.resolve(name + ".live.csv"));
    RandomGenerator random = Randomness.seeded(1);
    WatchConfig config = WatchConfig.defaults();
    var features = new ArrayList<FeatureWatch>();
    for (String column : reference.columns().keySet()) {
      if (!column.equals("period") && !column.equals("label")) {
        FeatureWatch.of(referenceOf(reference, column), reference.rows().size(), config, random)
            .ifPresent(features::add);
      }
    }
    int detectors = features.stream().mapToInt(f -> f.detectors().size()).sum();
    double threshold = Discoveries.logThreshold(config.averageRunLength(), detectors);
    long wrong =
        reference.rows().stream()
            .filter(row -> !reference.get(row, "label").equals(reference.get(row, "prediction")))
            .count();
    double bound = RateDetector.boundFrom(wrong, reference.rows().size());
    var errors = new RateDetector(bound);
    System.out.printf(
        Locale.ROOT,
        "%n%s: %,d reference rows, %,d live; %d detectors, run length %.0e together; errors %.4f, bound %.4f%n",
        name,
        reference.rows().size(),
        live.rows().size(),
        detectors,
        config.averageRunLength(),
        (double) wrong / reference.rows().size(),
        bound);
    var alarms = new TreeMap<String, List<String>>();
    var periods = new LinkedHashMap<String, long[]>();
    int at = 0;
    for (String[] row : live.rows()) {
      at++;
      String period = live.get(row, "period");
      for (FeatureWatch feature : features) {
        observe(feature, live.get(row, feature.name()));
        for (Map.Entry<Alarm, DriftDetector> each : feature.detectors().entrySet()) {
          if (each.getValue().logEvidence() >= threshold) {
            alarms
                .computeIfAbsent(
                    each.getKey().kind() + " " + feature.name(), k -> new ArrayList<>())
                .add("period " + period + " row " + at + " (" + each.getValue().direction() + ")");
            each.getValue().restart();
          }
        }
      }
      boolean isWrong = !live.get(row, "label").equals(live.get(row, "prediction"));
      long[] counts = periods.computeIfAbsent(period, p -> new long[2]);
      counts[0]++;
      counts[1] += isWrong ? 1 : 0;
      errors.observe(isWrong);
      if (errors.logEvidence() >= Math.log(LABEL_RUN_LENGTH)) {
        alarms
            .computeIfAbsent("ErrorRate (run length 1e6)", k -> new ArrayList<>())
            .add("period " + period + " row " + at);
        errors.restart();
      }
    }
    periods.forEach((period, counts) ->
        System.out.printf(
            Locale.ROOT,
            "  period %s: %,d rows, error rate %.4f%n",
            period,
            counts[0],
            (double) counts[1] / counts[0]));
    if (alarms.isEmpty()) {
      System.out.println("  no alarm");
    }
    alarms.forEach((what, when) ->
        System.out.printf(
            "  %s: %d, first %s%s%n",
            what, when.size(), when.getFirst(), when.size() > 1 ? ", last " + when.getLast() : ""));
    sameAgainstSame(live, random);
  }

  /** The version against itself: half of the rows by lot, judged as a canary would be. */
  private static void sameAgainstSame(Table live, RandomGenerator random) {
    int accused = 0;
    int shown = 0;
    int runs = 100;
    for (int run = 0; run < runs; run++) {
      var classes = new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1.1));
      var accuracy =
          new MeanTest(
              MeanTest.Parameters.common(
                  new Claim.NotWorse(0.02), ShownScale.moreIsBetter("accuracy")));
      for (int first = 0; first < live.rows().size(); first += 200) {
        List<String[]> slice =
            live.rows().subList(first, Math.min(live.rows().size(), first + 200));
        judge(live, slice, classes, accuracy, random);
      }
      double limit = -Math.log(0.001) + Math.log(2);
      accused += classes.maxLogEvidence() >= limit || accuracy.maxLogEvidence() >= limit ? 1 : 0;
      shown += accuracy.evidence().maxLogWithin() >= -Math.log(0.05) ? 1 : 0;
    }
    System.out.printf(
        "  the version against itself, 5 %% canary, %d replays: accused %d, accuracy shown within 2 points %d%n",
        runs, accused, shown);
  }

  private static void judge(
      Table live,
      List<String[]> slice,
      PredictedClassTest classes,
      MeanTest accuracy,
      RandomGenerator random) {
    double rho = 0.05;
    var canary = new TreeMap<String, Long>();
    var baseline = new TreeMap<String, Long>();
    var counts = new long[4];
    for (String[] row : slice) {
      boolean ofCanary = random.nextDouble() < rho;
      String predicted = live.get(row, "prediction");
      (ofCanary ? canary : baseline).merge(predicted, 1L, Long::sum);
      boolean isWrong = !live.get(row, "label").equals(predicted);
      counts[(ofCanary ? 0 : 2) + (isWrong ? 0 : 1)]++;
    }
    classes.update(rho, canary, baseline);
    classes.closeSlice();
    LevelCounts levels = accuracy.newCounts();
    levels.add(rho, new HitCounts(counts[0], counts[1], counts[2], counts[3]));
    accuracy.update(levels);
    accuracy.closeSlice();
  }

  private static void observe(FeatureWatch feature, String text) {
    if (text.isEmpty()) {
      feature.missing();
    } else if (feature.isNumeric()) {
      feature.observe(Double.parseDouble(text));
    } else {
      feature.observe(text);
    }
  }

  private static FeatureReference referenceOf(Table table, String column) {
    var reference =
        FeatureReference.newBuilder()
            .setName(column)
            .setIndex(column.equals("prediction") || column.equals("confidence") ? -1 : 0);
    List<String> values =
        table.rows().stream().map(row -> table.get(row, column)).filter(v -> !v.isEmpty()).toList();
    if (table.numeric().getOrDefault(column, false)) {
      double[] sorted = values.stream().mapToDouble(Double::parseDouble).sorted().toArray();
      for (int i = 0; i <= GRID; i++) {
        reference.addQuantiles(sorted[Math.min(sorted.length - 1, i * sorted.length / GRID)]);
      }
    } else {
      var counts = new TreeMap<String, Integer>();
      values.forEach(value -> counts.merge(value, 1, Integer::sum));
      counts.forEach(
          (value, count) -> reference.putCategories(value, (double) count / values.size()));
    }
    return reference.build();
  }
}
