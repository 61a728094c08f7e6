package dev.weir.worker.placement;

import dev.weir.worker.engine.VersionKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** All versions that the worker knows, as they are at one moment. Immutable. */
public final class VersionTable {
  private final Map<String, NavigableMap<Long, Row>> byModel;
  private final List<Row> rows;

  /**
   * One version.
   *
   * @param served present when it takes requests
   */
  public record Row(VersionKey key, Life life, Optional<ServedVersion> served) {}

  private VersionTable(Map<String, NavigableMap<Long, Row>> byModel, List<Row> rows) {
    this.byModel = byModel;
    this.rows = rows;
  }

  /** Nothing. */
  public static VersionTable empty() {
    return of(List.of());
  }

  /** The table of these rows; of two with one key the one that takes requests counts. */
  static VersionTable of(Collection<Row> rows) {
    var byModel = new HashMap<String, NavigableMap<Long, Row>>();
    for (Row row : rows) {
      byModel
          .computeIfAbsent(row.key().model(), _ -> new TreeMap<>())
          .merge(row.key().number(), row, (a, b) -> a.served().isPresent() ? a : b);
    }
    var ordered = new ArrayList<Row>();
    byModel.values().forEach(versions -> ordered.addAll(versions.values()));
    ordered.sort(
        Comparator.comparing((Row row) -> row.key().model())
            .thenComparingLong(row -> row.key().number()));
    return new VersionTable(byModel, List.copyOf(ordered));
  }

  /** What a look-up found. */
  public sealed interface Found {
    /** A version that takes requests. */
    record Serving(ServedVersion version) implements Found {}

    /** A version that is known but does not take requests now. */
    record NotReady(VersionKey key) implements Found {}

    /** A model of which no version takes requests. */
    record NoVersions() implements Found {}

    /** A model that is not placed here. */
    record UnknownModel() implements Found {}

    /** A version that is not placed here, of a model that is. */
    record UnknownVersion() implements Found {}
  }

  /** The version of this number. */
  public Found find(String model, long version) {
    NavigableMap<Long, Row> versions = byModel.get(model);
    if (versions == null) {
      return new Found.UnknownModel();
    }
    Row row = versions.get(version);
    if (row == null) {
      return new Found.UnknownVersion();
    }
    return row.served()
        .<Found>map(Found.Serving::new)
        .orElseGet(() -> new Found.NotReady(row.key()));
  }

  /** The newest version that takes requests. */
  public Found findNewest(String model) {
    NavigableMap<Long, Row> versions = byModel.get(model);
    if (versions == null) {
      return new Found.UnknownModel();
    }
    return versions.descendingMap().values().stream()
        .flatMap(row -> row.served().stream())
        .findFirst()
        .<Found>map(Found.Serving::new)
        .orElseGet(Found.NoVersions::new);
  }

  /** All versions in order of model and number. */
  public List<Row> rows() {
    return rows;
  }

  /** All versions of a model in order of number; none when it is not known. */
  public List<Row> rows(String model) {
    NavigableMap<Long, Row> versions = byModel.get(model);
    return versions == null ? List.of() : List.copyOf(versions.values());
  }
}
