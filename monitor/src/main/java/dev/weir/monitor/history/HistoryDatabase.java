package dev.weir.monitor.history;

import dev.weir.platform.lifecycle.StartFailure;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteDataSource;

/** Opens the database file, brings its tables up to date and makes sure that it is durable. */
final class HistoryDatabase {
  private static final String MIGRATIONS = "classpath:dev/weir/monitor/history/sqlite";
  private static final int SYNCHRONOUS_FULL = 2;

  private HistoryDatabase() {}

  /**
   * @throws StartFailure when it cannot be used, with the way out
   */
  static Jdbi open(Path file) {
    var source = new SQLiteDataSource();
    source.setUrl(
        "jdbc:sqlite:"
            + file
            + "?journal_mode=WAL&synchronous=FULL&foreign_keys=on&busy_timeout=5000&cache_size=-16000");
    try {
      Flyway.configure()
          .dataSource(source)
          .locations(MIGRATIONS)
          .failOnMissingLocations(true)
          .cleanDisabled(true)
          // a database that a newer Weir has migrated is not ours to write
          .ignoreMigrationPatterns(new String[0])
          .load()
          .migrate();
      Jdbi jdbi = Jdbi.create(source);
      jdbi.useHandle(HistoryDatabase::requireDurable);
      return jdbi;
    } catch (FlywayException | JdbiException e) {
      throw new StartFailure(
          74,
          "history database "
              + file
              + " cannot be used ("
              + oneLine(e)
              + "); start the Weir that wrote it, or move it away: a new one is begun");
    }
  }

  private static void requireDurable(Handle handle) {
    String journal = handle.createQuery("PRAGMA journal_mode").mapTo(String.class).one();
    int synchronous = handle.createQuery("PRAGMA synchronous").mapTo(Integer.class).one();
    if (!journal.equals("wal") || synchronous != SYNCHRONOUS_FULL) {
      throw new IllegalStateException(
          "history opened with journal_mode " + journal + ", synchronous " + synchronous);
    }
  }

  /**
   * Flyway says what is wrong in the second line, and then advises a repair that is never right.
   */
  private static String oneLine(Throwable e) {
    return String.valueOf(e.getMessage())
        .lines()
        .filter(line -> !line.isBlank())
        .limit(2)
        .collect(Collectors.joining("; "));
  }
}
