package dev.weir.monitor.history;

import dev.weir.platform.lifecycle.StartFailure;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Several monitors' histories in one PostgreSQL database, each in a schema of its own, {@code
 * weir_monitor_} and the monitor's name. Who writes one holds an advisory lock, so that two
 * processes of one name do not both write.
 */
final class PostgresHistory implements HistoryDatabase {
  private static final String PREFIX = "weir_monitor_";

  /** PostgreSQL cuts longer names off, and two monitors would have one schema. */
  private static final int LONGEST_NAME_BYTES = 63;

  private static final int CONNECT_SECONDS = 10;

  /** The session of a process that just ended may take a while to be noticed. */
  private static final int LOCK_SECONDS = 5;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** A query of a year takes a second; a connection that is silent for so long is dead. */
  private static final int SILENT_SECONDS = 120;

  /** A row's header, keys and its places in two indexes. */
  private static final int ROW_BYTES = 120;

  private static final double SAMPLED_PAGES = 2_000;

  private final Jdbi jdbi;
  private final String schema;
  private final HistoryCounts counts;

  private PostgresHistory(Jdbi jdbi, String schema, HistoryCounts counts) {
    this.jdbi = jdbi;
    this.schema = schema;
    this.counts = counts;
  }

  /**
   * Opens the database and brings this monitor's tables up to date.
   *
   * @param url {@code jdbc:postgresql://host:port/database?user=name}
   * @param instance the monitor's name
   * @throws StartFailure when it cannot be reached or used, with the way out
   */
  static PostgresHistory open(String url, String instance, HistoryCounts counts) {
    String schema = PREFIX + instance;
    if (schema.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
      throw new StartFailure(
          78,
          "instance: %s (expected: at most %d bytes, with a history in PostgreSQL)"
              .formatted(instance, LONGEST_NAME_BYTES - PREFIX.length()));
    }
    var source = new PGSimpleDataSource();
    source.setURL(url);
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setSocketTimeout(SILENT_SECONDS);
    source.setTcpKeepAlive(true);
    source.setApplicationName("weir monitor " + instance);
    try {
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:dev/weir/monitor/history/postgresql")
          .schemas(schema)
          .defaultSchema(schema)
          .createSchemas(true)
          .failOnMissingLocations(true)
          .cleanDisabled(true)
          // a database that a newer Weir has migrated is not ours to write
          .ignoreMigrationPatterns(new String[0])
          .load()
          .migrate();
      var history = new PostgresHistory(Jdbi.create(source), schema, counts);
      history.openWriter().close();
      return history;
    } catch (FlywayException | JdbiException e) {
      throw new StartFailure(
          75,
          "history database %s cannot be used (%s); start it, or mend history.url; its user needs the right to create schemas"
              .formatted(url, StartFailure.inOneLine(e)));
    }
  }

  @Override
  public Handle openWriter() {
    Handle handle = jdbi.open();
    boolean mine = false;
    try {
      useSchema(handle, schema, false);
      handle.execute("SET lock_timeout = '%ds'".formatted(LOCK_SECONDS));
      handle
          .createQuery("SELECT true FROM pg_advisory_lock(hashtextextended(:schema, 0))")
          .bind("schema", schema)
          .mapTo(Boolean.class)
          .one();
      handle.execute("SET lock_timeout = DEFAULT");
      mine = true;
      return handle;
    } catch (UnableToExecuteStatementException e) {
      if (e.getCause() instanceof SQLException cause
          && LOCK_NOT_AVAILABLE.equals(cause.getSQLState())) {
        throw new ConnectionException(
            new SQLException(
                "schema %s is written by another process; give each monitor its own instance name"
                    .formatted(schema),
                e));
      }
      throw e;
    } finally {
      if (!mine) {
        handle.close();
      }
    }
  }

  private static void useSchema(Handle handle, String name, boolean inTransaction) {
    handle
        .createQuery("SELECT set_config('search_path', quote_ident(CAST(:schema AS text)), :local)")
        .bind("schema", name)
        .bind("local", inTransaction)
        .mapTo(String.class)
        .one();
  }

  @Override
  public <T> T read(Function<HistoryReading, T> question) {
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> {
          List<String> schemas =
              handle
                  .createQuery(
                      """
                      SELECT schemaname FROM pg_tables
                      WHERE tablename = 'sketch' AND starts_with(schemaname, :prefix)
                        AND has_schema_privilege(schemaname, 'USAGE')
                      ORDER BY schemaname
                      """)
                  .bind("prefix", PREFIX)
                  .mapTo(String.class)
                  .list();
          return question.apply(
              new HistoryReading(
                  shelf ->
                      schemas.forEach(name -> {
                        useSchema(handle, name, true);
                        shelf.accept(handle);
                      }),
                  counts));
        });
  }

  /**
   * What the tables take; if that is more than enough, an estimate of what their rows take, because
   * PostgreSQL keeps the place of deleted rows for new ones.
   */
  @Override
  public long usedBytes(long enough) {
    return jdbi.withHandle(handle -> {
      useSchema(handle, schema, false);
      long total =
          handle
              .createQuery(
                  """
                  SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
                  WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
                  """)
              .mapTo(Long.class)
              .one();
      return total <= enough ? total : Math.min(total, estimate(handle));
    });
  }

  private static long estimate(Handle handle) {
    handle.execute("ANALYZE sketch");
    record Size(double rows, double pages) {}
    Size size =
        handle
            .createQuery("SELECT reltuples, relpages FROM pg_class WHERE oid = 'sketch'::regclass")
            .map((row, context) -> new Size(row.getDouble(1), row.getDouble(2)))
            .one();
    Optional<Double> width =
        handle
            .createQuery(
                "SELECT avg(pg_column_size(value)) FROM sketch TABLESAMPLE SYSTEM (:percent)")
            .bind("percent", Math.min(100, 100 * SAMPLED_PAGES / Math.max(1, size.pages())))
            .mapTo(Double.class)
            .findOne();
    return (long) (Math.max(0, size.rows()) * (width.orElse(0.0) + ROW_BYTES));
  }
}
