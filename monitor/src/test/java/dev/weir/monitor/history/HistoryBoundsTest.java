package dev.weir.monitor.history;

import static dev.weir.monitor.history.HistoryUnderTest.DAY;
import static dev.weir.monitor.history.HistoryUnderTest.OUTCOMES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryBoundsTest {
  @TempDir Path folder;

  private static HistoryConfig bounded(long maxBytes, int maxSeries, int maxWaiting) {
    HistoryConfig usual = HistoryConfig.defaults();
    return new HistoryConfig(
        usual.url(),
        usual.writeInterval(),
        usual.minutesKept(),
        usual.hoursKept(),
        usual.daysKept(),
        usual.lateFor(),
        maxBytes,
        maxSeries,
        maxWaiting,
        usual.maxAnswerSeries(),
        usual.maxQueries());
  }

  private static OutcomeSlice ofVersion(int version, long sequence, long epochSecond) {
    OutcomeSlice.Builder slice = HistoryUnderTest.slice(sequence, epochSecond, 10, 0).toBuilder();
    slice.getCellsBuilder(0).getKeyBuilder().setVersion(Integer.toString(version));
    return slice.build();
  }

  @Test
  void when_the_database_is_full_the_oldest_minutes_go_first_and_no_total_is_lost() {
    try (var history =
        new HistoryUnderTest(folder, new TestClock(), bounded(1 << 20, 1_000, 10_000))) {
      long from = Resolution.DAY.floor(history.now());
      long sequence = 0;
      for (int hour = 0; hour < 30; hour++) {
        for (int minute = 0; minute < 60; minute++) {
          history.clock.advance(Duration.ofMinutes(1));
          for (int version = 1; version <= 6; version++) {
            history.keeper.slice("r", ofVersion(version, ++sequence, history.now()));
          }
        }
        history.keeper.write();
        history.keeper.compact();
      }
      assertThat(history.counts.of(HistoryEvent.ROWS_CUT_FOR_SIZE)).isPositive();
      assertThat(history.store.usedBytes()).isLessThanOrEqualTo(1 << 20);
      assertThat(history.requests(from, from + 2 * DAY, Resolution.HOUR)).isEqualTo(30 * 60 * 10);
      assertThat(history.requests(from, from + 2 * DAY, Resolution.MINUTE)).isEqualTo(30 * 60 * 10);
    }
  }

  @Test
  void further_series_and_sketches_are_not_kept_and_counted() {
    try (var history = new HistoryUnderTest(folder, new TestClock(), bounded(1 << 30, 10, 100))) {
      for (int version = 1; version <= 60; version++) {
        history.keeper.slice("r", ofVersion(version, version, history.now()));
      }
      assertThat(history.counts.of(HistoryEvent.WAITING_FULL)).isEqualTo(20);
      history.keeper.write();
      assertThat(history.store.series()).hasSize(10);
      assertThat(history.counts.of(HistoryEvent.SERIES_FULL)).isEqualTo(90);
    }
  }

  @Test
  void the_places_of_the_routers_heard_longest_ago_are_forgotten() {
    try (var history = new HistoryUnderTest(folder)) {
      for (int router = 1; router <= 6; router++) {
        history.keeper.slice("r" + router, HistoryUnderTest.slice(1, history.now(), 1, 0));
        history.keeper.write();
      }
      assertThat(history.store.positions()).containsOnlyKeys("r3", "r4", "r5", "r6");
    }
  }

  @Test
  void a_sketch_that_cannot_be_read_is_left_out_and_counted() throws Exception {
    try (var history = new HistoryUnderTest(folder)) {
      history.take(history.now(), 10, 0);
      history.keeper.write();
      try (var connection =
              java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("history.db"));
          var statement = connection.createStatement()) {
        statement.executeUpdate("UPDATE sketch SET value = x'0102'");
      }
      long day = Resolution.DAY.floor(history.now());
      assertThat(history.points(OUTCOMES, day, day + DAY, 60, Resolution.MINUTE)).isEmpty();
      assertThat(history.counts.of(HistoryEvent.ROWS_UNREADABLE)).isEqualTo(1);
    }
  }
}
