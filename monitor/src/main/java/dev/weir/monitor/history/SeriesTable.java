package dev.weir.monitor.history;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/** The series that are in the database, by their number in it. Thread-safe. */
final class SeriesTable {
  private final Map<SeriesKey, Long> numbers = new ConcurrentHashMap<>();
  private final int maxSeries;

  SeriesTable(int maxSeries) {
    this.maxSeries = maxSeries;
  }

  /** What is there; a kind that this Weir does not know stays where it is. */
  static Map<SeriesKey, Long> read(Handle handle) {
    var numbers = new HashMap<SeriesKey, Long>();
    handle
        .createQuery("SELECT id, route, model, version, kind, name FROM series")
        .map((row, context) -> {
          Optional<SeriesKind> kind = SeriesKind.of(row.getString("kind"));
          if (kind.isPresent()) {
            numbers.put(
                new SeriesKey(
                    row.getString("route"),
                    row.getString("model"),
                    row.getString("version"),
                    kind.get(),
                    row.getString("name")),
                row.getLong("id"));
          }
          return true;
        })
        .list();
    return numbers;
  }

  /** The number of one series; empty: it is not there. */
  static Optional<Long> number(Handle handle, SeriesKey key) {
    return handle
        .createQuery(
            """
            SELECT id FROM series
            WHERE route = :route AND model = :model AND version = :version
              AND kind = :kind AND name = :name
            """)
        .bind("route", key.route())
        .bind("model", key.model())
        .bind("version", key.version())
        .bind("kind", key.kind().word())
        .bind("name", key.name())
        .mapTo(Long.class)
        .findOne();
  }

  /** The number of a series, which is made when there is room; empty: there is none. */
  OptionalLong numberOf(Handle handle, SeriesKey key) {
    Long known = numbers.get(key);
    if (known != null) {
      return OptionalLong.of(known);
    }
    if (numbers.size() >= maxSeries) {
      return OptionalLong.empty();
    }
    long made =
        handle
            .createQuery(
                """
                INSERT INTO series (route, model, version, kind, name)
                VALUES (:route, :model, :version, :kind, :name)
                ON CONFLICT (route, model, version, kind, name) DO UPDATE SET name = excluded.name
                RETURNING id
                """)
            .bind("route", key.route())
            .bind("model", key.model())
            .bind("version", key.version())
            .bind("kind", key.kind().word())
            .bind("name", key.name())
            .mapTo(Long.class)
            .one();
    numbers.put(key, made);
    return OptionalLong.of(made);
  }

  int size() {
    return numbers.size();
  }

  /** Knows what is there, and no more what was made in a transaction that did not hold. */
  void reload(Handle handle) {
    Map<SeriesKey, Long> found = read(handle);
    numbers.clear();
    numbers.putAll(found);
  }
}
