package dev.weir.monitor.privacy;

import dev.weir.platform.lifecycle.OwnerOnly;
import dev.weir.platform.lifecycle.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteDataSource;

/**
 * Opens a database file that is the owner's alone, durable, and in which what is deleted is
 * overwritten: SQLite would leave it in free pages, and in the log of what was written.
 */
final class PrivacyDatabase {
  private static final int SYNCHRONOUS_FULL = 2;

  private PrivacyDatabase() {}

  /**
   * Opens it, creating it when it is not there, and brings its tables up to date.
   *
   * @param migrations folder of the class path below this package
   * @throws StartFailure when it cannot be used, with the way out
   */
  static Jdbi open(Path file, String migrations) {
    var source = new SQLiteDataSource();
    source.setUrl(
        "jdbc:sqlite:"
            + file
            + "?journal_mode=WAL&synchronous=FULL&secure_delete=true&foreign_keys=on&busy_timeout=5000&temp_store=MEMORY&cache_size=-16000");
    try {
      OwnerOnly.file(file);
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:dev/weir/monitor/privacy/" + migrations)
          .failOnMissingLocations(true)
          .cleanDisabled(true)
          // a database that a newer Weir has migrated is not ours to write
          .ignoreMigrationPatterns(new String[0])
          .load()
          .migrate();
      Jdbi jdbi = Jdbi.create(source);
      jdbi.useHandle(PrivacyDatabase::requireDurable);
      return jdbi;
    } catch (FlywayException | JdbiException | IOException e) {
      throw new StartFailure(
          74,
          "database "
              + file
              + " cannot be used ("
              + oneLine(e)
              + "); start the Weir that wrote it, or move it away: a new one is begun");
    }
  }

  private static void requireDurable(Handle handle) {
    String journal = handle.createQuery("PRAGMA journal_mode").mapTo(String.class).one();
    int synchronous = handle.createQuery("PRAGMA synchronous").mapTo(Integer.class).one();
    int overwriting = handle.createQuery("PRAGMA secure_delete").mapTo(Integer.class).one();
    if (!journal.equals("wal") || synchronous != SYNCHRONOUS_FULL || overwriting != 1) {
      throw new IllegalStateException(
          "opened with journal_mode "
              + journal
              + ", synchronous "
              + synchronous
              + ", secure_delete "
              + overwriting);
    }
  }

  /**
   * Brings everything into the database file and empties the log beside it, so that what was
   * deleted is in neither.
   *
   * @return whether it could be done; not while somebody reads
   */
  static boolean overwriteLog(Handle handle) {
    return handle
            .createQuery("PRAGMA wal_checkpoint(TRUNCATE)")
            .map((row, context) -> row.getInt(1))
            .one()
        == 0;
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
