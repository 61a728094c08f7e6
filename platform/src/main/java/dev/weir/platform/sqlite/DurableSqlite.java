package dev.weir.platform.sqlite;

import dev.weir.platform.lifecycle.StartFailure;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteDataSource;

/**
 * A kind of database file: opened with its tables up to date, and durable. What was committed
 * survives a crash at any instruction ({@code journal_mode=WAL}, {@code synchronous=FULL}: each
 * commit is synced; see SQLite's "Write-Ahead Logging" and "PRAGMA synchronous"). A service that
 * uses it names Flyway, JDBI and SQLite's driver as dependencies of its own.
 *
 * @param name what messages call it: {@code history database}
 * @param migrations folder of its numbered migrations on the class path
 * @param cacheKibibytes memory of a connection for pages
 * @param wayOut what to do when it cannot be used, for the end of a sentence
 */
public record DurableSqlite(String name, String migrations, int cacheKibibytes, String wayOut) {
  private static final int SYNCHRONOUS_FULL = 2;

  /**
   * Opens a file, or makes it.
   *
   * @param begin runs in one transaction when the tables are up to date
   * @throws StartFailure with status 74, when it cannot be used; it says the way out
   */
  public Jdbi open(Path file, HandleConsumer<JdbiException> begin) {
    var source = new SQLiteDataSource();
    source.setUrl(
        "jdbc:sqlite:%s?journal_mode=WAL&synchronous=FULL&foreign_keys=on&busy_timeout=5000&cache_size=-%d"
            .formatted(file, cacheKibibytes));
    try {
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:" + migrations)
          .failOnMissingLocations(true)
          .cleanDisabled(true)
          // a database that a newer Weir has migrated is not ours to write
          .ignoreMigrationPatterns(new String[0])
          .load()
          .migrate();
      Jdbi jdbi = Jdbi.create(source);
      jdbi.useHandle(this::requireDurable);
      jdbi.useTransaction(begin);
      return jdbi;
    } catch (FlywayException | JdbiException e) {
      throw new StartFailure(
          74,
          "%s %s cannot be used (%s); %s".formatted(name, file, StartFailure.inOneLine(e), wayOut));
    }
  }

  private void requireDurable(Handle handle) {
    String journal = handle.createQuery("PRAGMA journal_mode").mapTo(String.class).one();
    int synchronous = handle.createQuery("PRAGMA synchronous").mapTo(Integer.class).one();
    if (!journal.equals("wal") || synchronous != SYNCHRONOUS_FULL) {
      throw new IllegalStateException(
          "%s opened with journal_mode %s, synchronous %d".formatted(name, journal, synchronous));
    }
  }
}
