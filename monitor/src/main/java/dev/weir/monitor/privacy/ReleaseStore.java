package dev.weir.monitor.privacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The database of counts and releases. Writing is one transaction a call, by one thread at a time,
 * and on disk when the call returns; reading may happen at any time.
 */
public final class ReleaseStore implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Jdbi jdbi;
  private final Handle writer;

  private ReleaseStore(Jdbi jdbi) {
    this.jdbi = jdbi;
    this.writer = PrivacyDatabase.writer(jdbi);
  }

  /**
   * Opens the database, creating it when it is not there.
   *
   * @throws dev.weir.platform.lifecycle.StartFailure when it cannot be used
   */
  public static ReleaseStore open(Path file) {
    return new ReleaseStore(
        PrivacyDatabase.open(
            file,
            "database of published counts",
            "published",
            "start the Weir that wrote it, or move it away: days are then published from now on"));
  }

  /**
   * What has one budget.
   *
   * @param model model
   * @param day day, UTC
   */
  record ModelDay(String model, LocalDate day) {}

  /**
   * Counts of one version.
   *
   * @param version version of the model
   * @param cells names of the cells
   * @param counts one for each
   */
  record Counts(String version, List<String> cells, long[] counts) {
    private static Counts of(ResultSet row) throws SQLException {
      return new Counts(row.getString("version"), names(row), numbers(row.getBytes("counts")));
    }
  }

  /**
   * Counts of one version and day.
   *
   * @param model model
   * @param day day, UTC
   * @param statistic what is counted
   * @param counts the counts
   */
  record Counted(String model, LocalDate day, String statistic, Counts counts) {}

  /**
   * What was published.
   *
   * @param model model
   * @param day day, UTC
   * @param statistic what is counted
   * @param epsilon spent on it
   * @param by who asked for it
   * @param at when it was made
   * @param versions noisy counts of each version
   */
  record Release(
      String model,
      LocalDate day,
      String statistic,
      Epsilon epsilon,
      String by,
      Instant at,
      List<Counts> versions) {}

  /**
   * A day's budget.
   *
   * @param model model
   * @param day day, UTC
   * @param least the smallest that was in force, millionths
   * @param spent millionths
   */
  record Budget(String model, LocalDate day, long least, long spent) {}

  /**
   * Replaces counts and lowers budgets.
   *
   * @param budgets the smallest that were in force, millionths
   */
  void write(List<Counted> counted, Map<ModelDay, Long> budgets) {
    writer.useTransaction(handle -> {
      budgets.forEach((of, budget) ->
          handle
              .createUpdate(
                  """
                  INSERT INTO budget (model, day, least) VALUES (:model, :day, :least)
                  ON CONFLICT (model, day) DO UPDATE SET least = min(least, excluded.least)
                  """)
              .bind("model", of.model())
              .bind("day", of.day().toEpochDay())
              .bind("least", budget)
              .execute());
      for (Counted each : counted) {
        handle
            .createUpdate(
                """
                INSERT INTO counted (model, day, statistic, version, cells, counts)
                VALUES (:model, :day, :statistic, :version, :cells, :counts)
                ON CONFLICT (model, day, statistic, version) DO UPDATE
                SET cells = excluded.cells, counts = excluded.counts
                """)
            .bind("model", each.model())
            .bind("day", each.day().toEpochDay())
            .bind("statistic", each.statistic())
            .bind("version", each.counts().version())
            .bind("cells", names(each.counts().cells()))
            .bind("counts", bytes(each.counts().counts()))
            .execute();
      }
    });
  }

  /** Exact counts of each version, in order of their names. */
  List<Counts> counted(String model, LocalDate day, String statistic) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT version, cells, counts FROM counted
                WHERE model = :model AND day = :day AND statistic = :statistic ORDER BY version
                """)
            .bind("model", model)
            .bind("day", day.toEpochDay())
            .bind("statistic", statistic)
            .map((row, context) -> Counts.of(row))
            .list());
  }

  /** Exact counts of a day and later ones. */
  List<Counted> countedSince(LocalDate day) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery("SELECT * FROM counted WHERE day >= :day")
            .bind("day", day.toEpochDay())
            .map((row, context) ->
                new Counted(
                    row.getString("model"),
                    LocalDate.ofEpochDay(row.getLong("day")),
                    row.getString("statistic"),
                    Counts.of(row)))
            .list());
  }

  /** What can be published of a day. */
  List<String> statistics(String model, LocalDate day) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                "SELECT DISTINCT statistic FROM counted WHERE model = :model AND day = :day ORDER BY 1")
            .bind("model", model)
            .bind("day", day.toEpochDay())
            .mapTo(String.class)
            .list());
  }

  /** A day's budget; empty: nothing was counted that day. */
  Optional<Budget> budget(String model, LocalDate day) {
    return budgets(model).stream().filter(budget -> budget.day().equals(day)).findFirst();
  }

  /**
   * Budgets of all days that something was counted on, the newest first.
   *
   * @param model empty: any
   */
  List<Budget> budgets(String model) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT model, day, least,
                  (SELECT coalesce(sum(epsilon), 0) FROM release
                   WHERE release.model = budget.model AND release.day = budget.day) AS spent
                FROM budget WHERE :model = '' OR model = :model ORDER BY day DESC, model
                """)
            .bind("model", model)
            .map((row, context) ->
                new Budget(
                    row.getString("model"),
                    LocalDate.ofEpochDay(row.getLong("day")),
                    row.getLong("least"),
                    row.getLong("spent")))
            .list());
  }

  /**
   * Saves a release, and with it that its epsilon is spent.
   *
   * @throws org.jdbi.v3.core.JdbiException when it was not saved, or it is not known: nobody may
   *     see it then
   */
  void save(Release release) {
    writer.useTransaction(handle -> {
      long id =
          handle
              .createQuery(
                  """
                  INSERT INTO release (model, day, statistic, epsilon, made_by, made_at)
                  VALUES (:model, :day, :statistic, :epsilon, :by, :at) RETURNING id
                  """)
              .bind("model", release.model())
              .bind("day", release.day().toEpochDay())
              .bind("statistic", release.statistic())
              .bind("epsilon", release.epsilon().millionths())
              .bind("by", release.by())
              .bind("at", release.at().toEpochMilli())
              .mapTo(Long.class)
              .one();
      for (Counts counts : release.versions()) {
        handle
            .createUpdate(
                """
                INSERT INTO released (release_id, version, cells, counts)
                VALUES (:id, :version, :cells, :counts)
                """)
            .bind("id", id)
            .bind("version", counts.version())
            .bind("cells", names(counts.cells()))
            .bind("counts", bytes(counts.counts()))
            .execute();
      }
    });
  }

  /** A release that was made. */
  Optional<Release> release(String model, LocalDate day, String statistic) {
    return releases(model, Optional.of(day), 1_000_000).stream()
        .filter(release -> release.statistic().equals(statistic))
        .findFirst();
  }

  /**
   * Releases, the newest day first.
   *
   * @param model empty: any
   * @param day empty: any
   * @param limit at most so many
   */
  List<Release> releases(String model, Optional<LocalDate> day, int limit) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM release
                WHERE (:model = '' OR model = :model) AND (:any OR day = :day)
                ORDER BY day DESC, model, statistic LIMIT :limit
                """)
            .bind("model", model)
            .bind("any", day.isEmpty())
            .bind("day", day.map(LocalDate::toEpochDay).orElse(0L))
            .bind("limit", limit)
            .map((row, context) ->
                new Release(
                    row.getString("model"),
                    LocalDate.ofEpochDay(row.getLong("day")),
                    row.getString("statistic"),
                    new Epsilon(row.getLong("epsilon")),
                    row.getString("made_by"),
                    Instant.ofEpochMilli(row.getLong("made_at")),
                    released(handle, row.getLong("id"))))
            .list());
  }

  private static List<Counts> released(Handle handle, long id) {
    return handle
        .createQuery(
            "SELECT version, cells, counts FROM released WHERE release_id = :id ORDER BY version")
        .bind("id", id)
        .map((row, context) -> Counts.of(row))
        .list();
  }

  /** Forgets counts, budgets and releases of days before one. */
  void forgetBefore(LocalDate day) {
    writer.useTransaction(handle -> {
      for (String table : List.of("release", "counted", "budget")) {
        handle
            .createUpdate("DELETE FROM " + table + " WHERE day < :day")
            .bind("day", day.toEpochDay())
            .execute();
      }
    });
  }

  private static String names(List<String> cells) {
    try {
      return JSON.writeValueAsString(cells);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("names cannot be written", e);
    }
  }

  private static List<String> names(ResultSet row) throws SQLException {
    try {
      return JSON.readValue(row.getString("cells"), new TypeReference<List<String>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("names of cells are damaged", e);
    }
  }

  private static byte[] bytes(long[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
    for (long number : numbers) {
      bytes.putLong(number);
    }
    return bytes.array();
  }

  private static long[] numbers(byte[] bytes) {
    var numbers = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(numbers);
    return numbers;
  }

  @Override
  public void close() {
    writer.close();
  }
}
