package dev.weir.monitor.history;

import java.util.List;
import java.util.Map;
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

  /** Reads what is there; a kind that this Weir does not know stays where it is. */
  void load(Handle handle) {
    handle
        .createQuery("SELECT id, route, model, version, kind, name FROM series")
        .map((row, context) -> {
          SeriesKind.of(row.getString("kind"))
              .ifPresent(kind -> {
                try {
                  numbers.put(
                      new SeriesKey(
                          row.getString("route"),
                          row.getString("model"),
                          row.getString("version"),
                          kind,
                          row.getString("name")),
                      row.getLong("id"));
                } catch (java.sql.SQLException e) {
                  throw new IllegalStateException("a row of series cannot be read", e);
                }
              });
          return true;
        })
        .list();
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
                ON CONFLICT DO UPDATE SET name = excluded.name
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

  OptionalLong find(SeriesKey key) {
    Long known = numbers.get(key);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }

  List<SeriesKey> all() {
    return List.copyOf(numbers.keySet());
  }

  int size() {
    return numbers.size();
  }

  /** Forgets what was made in a transaction that did not hold. */
  void reload(Handle handle) {
    numbers.clear();
    load(handle);
  }
}
