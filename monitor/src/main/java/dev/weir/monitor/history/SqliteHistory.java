package dev.weir.monitor.history;

import dev.weir.platform.sqlite.DurableSqlite;
import java.nio.file.Path;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** One monitor's history in a file. */
final class SqliteHistory implements HistoryDatabase {
  private static final DurableSqlite DATABASE =
      new DurableSqlite(
          "history database",
          "dev/weir/monitor/history/sqlite",
          16_000,
          "start the Weir that wrote it, or move it away: a new one is begun");

  private final Jdbi jdbi;
  private final HistoryCounts counts;

  private SqliteHistory(Jdbi jdbi, HistoryCounts counts) {
    this.jdbi = jdbi;
    this.counts = counts;
  }

  /**
   * Opens the file, creating it when it is not there.
   *
   * @throws dev.weir.platform.lifecycle.StartFailure when it cannot be used
   */
  static SqliteHistory open(Path file, HistoryCounts counts) {
    return new SqliteHistory(DATABASE.open(file, handle -> {}), counts);
  }

  @Override
  public Handle openWriter() {
    return jdbi.open();
  }

  @Override
  public <T> T read(Function<HistoryReading, T> question) {
    return jdbi.inTransaction(
        handle -> question.apply(new HistoryReading(shelf -> shelf.accept(handle), counts)));
  }

  @Override
  public long usedBytes(long enough) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT (page_count - freelist_count) * page_size
                FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()
                """)
            .mapTo(Long.class)
            .one());
  }
}
