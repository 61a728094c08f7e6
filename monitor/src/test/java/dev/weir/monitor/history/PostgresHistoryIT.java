package dev.weir.monitor.history;

import static dev.weir.monitor.history.HistoryUnderTest.OUTCOMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.lifecycle.StartFailure;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real PostgreSQL; each test has a database of its own. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class PostgresHistoryIT extends HistoryContract {
  private static EmbeddedPostgres server;
  private static int databases;

  private String url = "";

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.builder().setConnectConfig("connectTimeout", "10").start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @Override
  HistoryConfig config() {
    if (url.isEmpty()) {
      String name = "history_" + ++databases;
      execute("CREATE DATABASE " + name);
      url = server.getJdbcUrl("postgres", name);
    }
    return at(url, HistoryConfig.defaults().maxBytes());
  }

  private static HistoryConfig at(String url, long maxBytes) {
    HistoryConfig usual = HistoryConfig.defaults();
    return new HistoryConfig(
        url,
        usual.writeInterval(),
        usual.minutesKept(),
        usual.hoursKept(),
        usual.daysKept(),
        usual.lateFor(),
        maxBytes,
        usual.maxSeries(),
        usual.maxWaiting(),
        usual.maxAnswerSeries(),
        usual.maxQueries());
  }

  private static void execute(String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends every session of this test's database, as a restart of the server does. */
  private void breakConnections() {
    execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '%s'"
            .formatted("history_" + databases));
  }

  private HistoryStore another(String instance) {
    return HistoryStore.open(
        folder.resolve("unused.db"), instance, config(), 4, new HistoryCounts());
  }

  private void takeAndWrite(HistoryKeeper keeper, long sequence, long minute, long requests) {
    keeper.slice("router-1", HistoryUnderTest.slice(sequence, minute, requests, 0));
    assertThat(keeper.write()).isTrue();
  }

  @Test
  void several_monitors_histories_are_read_as_one() {
    long minute = Resolution.MINUTE.floor(history.now());
    takeAndWrite(history.keeper, 1, minute, 10);
    try (HistoryStore second = another("monitor \"2\"")) {
      var keeper = new HistoryKeeper(second, config(), new HistoryCounts(), history.clock);
      takeAndWrite(keeper, 1, minute, 20);
      takeAndWrite(keeper, 2, minute + 60, 40);

      assertThat(history.requests(minute, minute + 60, Resolution.MINUTE)).isEqualTo(30);
      assertThat(history.requests(minute, minute + 120, Resolution.HOUR)).isEqualTo(70);
      assertThat(history.store.series()).hasSize(2).isEqualTo(second.series());
    }
  }

  @Test
  void a_second_process_of_the_same_name_is_refused() {
    assertThatThrownBy(() -> another("monitor-1"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("written by another process")
        .hasMessageContaining("instance name");
  }

  @Test
  void after_a_lost_connection_it_goes_on_and_nothing_counts_twice() {
    long minute = Resolution.MINUTE.floor(history.now());
    takeAndWrite(history.keeper, 1, minute, 10);
    breakConnections();
    history.keeper.slice("router-1", HistoryUnderTest.slice(2, minute, 20, 0));
    assertThat(history.keeper.write()).isFalse();
    assertThat(history.counts.of(HistoryEvent.WRITES_FAILED)).isEqualTo(1);

    takeAndWrite(history.keeper, 3, minute, 40);
    assertThat(history.requests(minute, minute + 60, Resolution.MINUTE)).isEqualTo(70);
    breakConnections();
    history.keeper.compact();
    history.keeper.compact();
    assertThat(history.keeper.write()).isTrue();
  }

  @Test
  void a_database_that_is_away_is_said_and_read_again_when_it_is_back() throws Exception {
    history.take(history.now(), 10, 0);
    history.keeper.write();
    String name = "history_" + databases;
    execute("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS false");
    breakConnections();
    assertThatThrownBy(history.store::series).isInstanceOf(JdbiException.class);
    assertThatThrownBy(() -> another("monitor-2"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("mend history.url");
    execute("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS true");

    assertThat(history.store.series()).contains(OUTCOMES);
  }

  @Test
  void text_that_postgresql_cannot_hold_stops_nothing() {
    var slice = HistoryUnderTest.slice(1, history.now(), 10, 0).toBuilder();
    slice.getCellsBuilder(0).getKeyBuilder().setVersion("a\0b");
    history.keeper.slice("router-1", slice.build());
    assertThat(history.keeper.write()).isTrue();
    assertThat(history.store.series()).extracting(SeriesKey::version).contains("a\uFFFDb");
  }

  @Test
  void a_name_that_would_be_cut_off_is_refused() {
    assertThatThrownBy(() -> another("m".repeat(60)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("at most 50 bytes");
  }

  @Test
  void when_it_is_full_the_oldest_minutes_go_first_and_no_total_is_lost() {
    history.close();
    history = new HistoryUnderTest(folder, history.clock, at(url, 1 << 20));
    var random = new Random(1);
    long from = Resolution.DAY.floor(history.now());
    long sequence = 0;
    long taken = 0;
    for (int hour = 0; hour < 12; hour++) {
      for (int minute = 0; minute < 60; minute++) {
        history.clock.advance(Duration.ofMinutes(1));
        for (int version = 1; version <= 10; version++) {
          int requests = 1 + random.nextInt(3);
          taken += version == 1 ? requests : 0;
          var slice = HistoryUnderTest.slice(++sequence, history.now(), requests, 0).toBuilder();
          slice.getCellsBuilder(0).getKeyBuilder().setVersion(Integer.toString(version));
          history.keeper.slice("r", slice.build());
        }
      }
      history.keeper.write();
      history.keeper.compact();
    }
    assertThat(history.counts.of(HistoryEvent.ROWS_CUT_FOR_SIZE)).isPositive();
    long two = 2 * HistoryUnderTest.DAY;
    assertThat(history.requests(from, from + two, Resolution.HOUR)).isEqualTo(taken);
    assertThat(history.requests(from, from + two, Resolution.MINUTE)).isEqualTo(taken);
  }
}
