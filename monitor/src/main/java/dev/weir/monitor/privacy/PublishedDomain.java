package dev.weir.monitor.privacy;

import dev.weir.monitor.inspect.FeatureBuckets;
import dev.weir.monitor.inspect.Inspected;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What is counted of one version: tables of cells that its description in the registry decides, and
 * no sample: a cell that only exists because somebody's sample fell into it would tell of them.
 * Immutable.
 *
 * <p>Of each table a sample is in one cell at most, by its first row alone.
 */
final class PublishedDomain {
  /** Samples by hour of the day. */
  static final String HOURS = "hours";

  /** Samples by predicted class. */
  static final String CLASSES = "classes";

  /** Samples by bucket of a feature; its name follows. */
  static final String FEATURE = "feature:";

  private static final String PREDICTION = "prediction";
  private static final String OTHER = "(other)";
  private static final int MAX_CLASSES = 100;
  private static final int HOUR_SECONDS = 3_600;
  private static final int HOURS_A_DAY = 24;

  private final List<Table> tables;
  private final Map<String, Integer> classes;
  private final int classTable;
  private final int firstFeature;

  /**
   * What a release is about.
   *
   * @param statistic its name
   * @param cells names of the cells
   */
  record Table(String statistic, List<String> cells) {}

  private PublishedDomain(
      List<Table> tables, Map<String, Integer> classes, int classTable, int firstFeature) {
    this.tables = List.copyOf(tables);
    this.classes = Map.copyOf(classes);
    this.classTable = classTable;
    this.firstFeature = firstFeature;
  }

  /** Of a version: hours, classes when its reference names any, and its features. */
  static PublishedDomain of(ModelVersion version, FeatureBuckets features) {
    var tables = new ArrayList<Table>();
    tables.add(
        new Table(
            HOURS,
            IntStream.range(0, HOURS_A_DAY).mapToObj(hour -> "%02d".formatted(hour)).toList()));
    var classes = new HashMap<String, Integer>();
    List<String> names =
        version.getReference().getFeaturesList().stream()
            .filter(feature -> feature.getIndex() < 0 && feature.getName().equals(PREDICTION))
            .map(FeatureReference::getCategoriesMap)
            .flatMap(categories -> categories.keySet().stream())
            .sorted()
            .limit(MAX_CLASSES)
            .toList();
    int classTable = names.isEmpty() ? -1 : tables.size();
    if (!names.isEmpty()) {
      var cells = new ArrayList<String>(names);
      cells.add(OTHER);
      names.forEach(name -> classes.put(name, classes.size()));
      tables.add(new Table(CLASSES, List.copyOf(cells)));
    }
    int firstFeature = tables.size();
    for (int i = 0; i < features.size(); i++) {
      tables.add(new Table(FEATURE + features.name(i), features.buckets(i)));
    }
    return new PublishedDomain(tables, classes, classTable, firstFeature);
  }

  List<Table> tables() {
    return tables;
  }

  /** Counts of nothing. */
  long[][] empty() {
    return tables.stream().map(table -> new long[table.cells().size()]).toArray(long[][]::new);
  }

  /**
   * Counts a sample.
   *
   * @param counts by table and cell
   */
  void count(Inspected inspected, long[][] counts) {
    Sample sample = inspected.sample();
    counts[0][(int) Math.floorMod(sample.getAt().getSeconds() / HOUR_SECONDS, HOURS_A_DAY)]++;
    if (classTable >= 0 && sample.getPredictedClassesCount() > 0) {
      counts[classTable][classes.getOrDefault(sample.getPredictedClasses(0), classes.size())]++;
    }
    byte[] buckets = inspected.buckets();
    for (int i = 0; i < buckets.length && firstFeature + i < counts.length; i++) {
      if (buckets[i] >= 0) {
        counts[firstFeature + i][buckets[i]]++;
      }
    }
  }
}
