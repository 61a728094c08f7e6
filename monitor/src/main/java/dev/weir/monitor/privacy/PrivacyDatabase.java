package dev.weir.monitor.privacy;

import dev.weir.platform.lifecycle.OwnerOnly;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.sqlite.DurableSqlite;
import java.io.IOException;
import java.nio.file.Path;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Opens a database file that is the owner's alone, and in which what is deleted is overwritten:
 * SQLite would leave it in free pages, and in the log of what was written.
 */
final class PrivacyDatabase {
  private static final int CACHE_KIBIBYTES = 16_000;

  private PrivacyDatabase() {}

  /**
   * Opens it, creating it when it is not there, and brings its tables up to date.
   *
   * @param name what messages call it
   * @param migrations folder of the class path below this package
   * @param wayOut what to do when it cannot be used
   * @throws StartFailure when it cannot be used, with the way out
   */
  static Jdbi open(Path file, String name, String migrations, String wayOut) {
    try {
      // SQLite gives the files beside it the same mode
      OwnerOnly.file(file);
    } catch (IOException e) {
      throw new StartFailure(74, "%s %s cannot be used (%s); %s".formatted(name, file, e, wayOut));
    }
    return new DurableSqlite(
            name, "dev/weir/monitor/privacy/" + migrations, CACHE_KIBIBYTES, wayOut)
        .open(file, handle -> {});
  }

  /** A connection to write and delete with. */
  static Handle writer(Jdbi jdbi) {
    Handle handle = jdbi.open();
    int overwriting = handle.createQuery("PRAGMA secure_delete = ON").mapTo(Integer.class).one();
    if (overwriting != 1) {
      throw new IllegalStateException("opened with secure_delete " + overwriting);
    }
    return handle;
  }

  /**
   * Brings everything into the database file and empties the log beside it, so that what was
   * deleted is in neither.
   *
   * @return whether it could be done; not while somebody reads
   */
  static boolean overwriteLog(Handle writer) {
    return writer
            .createQuery("PRAGMA wal_checkpoint(TRUNCATE)")
            .map((row, context) -> row.getInt(1))
            .one()
        == 0;
  }
}
