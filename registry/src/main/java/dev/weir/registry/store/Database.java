package dev.weir.registry.store;

import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.registry.audit.AuditChain;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteDataSource;

/** Opens the database file, brings its tables up to date and makes sure that it is durable. */
final class Database {
  private static final String MIGRATIONS = "classpath:dev/weir/registry/store/sqlite";
  private static final int SYNCHRONOUS_FULL = 2;

  private Database() {}

  /**
   * @param random names a new database's epoch
   * @throws StartFailure when it cannot be used, with the way out
   */
  static Jdbi open(Path file, RandomGenerator random) {
    var source = new SQLiteDataSource();
    source.setUrl(
        "jdbc:sqlite:"
            + file
            + "?journal_mode=WAL&synchronous=FULL&foreign_keys=on&busy_timeout=5000");
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
      jdbi.useHandle(Database::requireDurable);
      jdbi.useTransaction(handle -> nameIfNew(handle, random));
      return jdbi;
    } catch (FlywayException | JdbiException e) {
      throw new StartFailure(
          74,
          "database "
              + file
              + " cannot be used ("
              + oneLine(e)
              + "); start the Weir that wrote it, restore it from a backup, or name another data folder");
    }
  }

  private static void requireDurable(Handle handle) {
    String journal = handle.createQuery("PRAGMA journal_mode").mapTo(String.class).one();
    int synchronous = handle.createQuery("PRAGMA synchronous").mapTo(Integer.class).one();
    if (!journal.equals("wal") || synchronous != SYNCHRONOUS_FULL) {
      throw new IllegalStateException(
          "database opened with journal_mode " + journal + ", synchronous " + synchronous);
    }
  }

  private static void nameIfNew(Handle handle, RandomGenerator random) {
    if (handle.createQuery("SELECT count(*) FROM registry").mapTo(Integer.class).one() > 0) {
      return;
    }
    String epoch = HexFormat.of().toHexDigits(random.nextLong());
    handle
        .createUpdate(
            """
            INSERT INTO registry (id, epoch, revision, revision_ceiling, audit_sequence, audit_hash)
            VALUES (1, :epoch, 0, 0, 0, :hash)
            """)
        .bind("epoch", epoch)
        .bind("hash", AuditChain.start(epoch).hash().toByteArray())
        .execute();
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
