package dev.weir.monitor.history;

import static dev.weir.monitor.history.HistoryUnderTest.DAY;
import static dev.weir.monitor.history.HistoryUnderTest.LATENCY;
import static dev.weir.monitor.history.HistoryUnderTest.OUTCOMES;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds of a history wherever it is kept. */
abstract class HistoryContract {
  @TempDir Path folder;
  HistoryUnderTest history;
  private long today;

  /** Names the database: one that is empty. */
  abstract HistoryConfig config();

  @BeforeEach
  void open() {
    history = new HistoryUnderTest(folder, new TestClock(), config());
    history.clock.advance(Duration.ofHours(12));
    today = Resolution.DAY.floor(history.now());
  }

  @AfterEach
  void close() {
    history.close();
  }

  @Test
  void slices_are_added_up_by_the_minute_in_which_they_began() {
    long minute = Resolution.MINUTE.floor(history.now()) - 60;
    history.take(minute, 10, 1);
    history.take(minute + 59, 20, 2);
    history.take(minute + 60, 40, 0);
    history.keeper.write();

    var points = history.points(OUTCOMES, minute, minute + 120, 60, Resolution.MINUTE);
    assertThat(points).containsOnlyKeys(minute, minute + 60);
    assertThat(points.values())
        .first()
        .satisfies(point ->
            assertThat(point.value().describe())
                .containsEntry("requests", 30L)
                .containsEntry("errors", 3L)
                .containsEntry("errorRate", 0.1));
    assertThat(history.points(LATENCY, minute, minute + 60, 60, Resolution.MINUTE).values())
        .first()
        .satisfies(point -> {
          assertThat(point.value().describe()).containsEntry("answered", 27L);
          assertThat(point.value().describe()).containsKey("p99Millis");
        });
  }

  @Test
  void several_writes_to_a_minute_add_up() {
    long minute = Resolution.MINUTE.floor(history.now());
    for (int i = 0; i < 5; i++) {
      history.take(minute, 10, 0);
      history.keeper.write();
    }
    assertThat(history.requests(minute, minute + 60, Resolution.MINUTE)).isEqualTo(50);
  }

  @Test
  void a_slice_that_comes_again_after_a_restart_counts_once() {
    long minute = Resolution.MINUTE.floor(history.now());
    var written = HistoryUnderTest.slice(1, minute, 10, 0);
    var lost = HistoryUnderTest.slice(2, minute, 20, 0);
    history.keeper.slice("router-1", written);
    history.keeper.write();
    history.keeper.slice("router-1", lost);

    history = history.restarted();
    history.keeper.slice("router-1", written);
    history.keeper.slice("router-1", lost);
    history.keeper.write();

    assertThat(history.requests(minute, minute + 60, Resolution.MINUTE)).isEqualTo(30);
    assertThat(history.counts.of(HistoryEvent.SLICES_REPEATED)).isEqualTo(1);
  }

  @Test
  void hours_and_days_tell_what_their_minutes_told() {
    for (int hour = 0; hour < 12; hour++) {
      history.take(today + hour * 3_600L + 90, 10, 1);
      history.take(today + hour * 3_600L + 1_800, 10, 1);
    }
    history.pass(Duration.ofHours(13));

    for (Resolution resolution : Resolution.values()) {
      assertThat(history.requests(today, today + DAY, resolution))
          .as("%s", resolution)
          .isEqualTo(240);
    }
    assertThat(history.points(OUTCOMES, today, today + DAY, DAY, Resolution.DAY).values())
        .extracting(HistoryPoint::resolution)
        .containsExactly(Resolution.DAY);
  }

  @Test
  void what_comes_late_reaches_the_hour_and_the_day_that_are_merged_already() {
    history.take(today + 36_090, 10, 0);
    history.pass(Duration.ofHours(13));
    history.take(today + 36_091, 5, 0);
    history.take(today + 39_600, 7, 0);
    history.pass(Duration.ofHours(2));

    for (Resolution resolution : Resolution.values()) {
      assertThat(history.requests(today, today + DAY, resolution))
          .as("%s", resolution)
          .isEqualTo(22);
    }
  }

  @Test
  void minutes_and_hours_that_are_too_old_go_and_what_they_told_stays() {
    history.take(today + 90, 10, 0);
    history.pass(Duration.ofHours(13));
    history.pass(Duration.ofDays(3));
    assertThat(history.counts.of(HistoryEvent.ROWS_EXPIRED)).isEqualTo(2);
    assertThat(history.points(OUTCOMES, today, today + DAY, 60, Resolution.MINUTE).values())
        .extracting(HistoryPoint::resolution)
        .containsExactly(Resolution.HOUR);

    history.pass(Duration.ofDays(60));
    assertThat(history.points(OUTCOMES, today, today + DAY, 60, Resolution.MINUTE).values())
        .extracting(HistoryPoint::resolution)
        .containsExactly(Resolution.DAY);
    assertThat(history.requests(today, today + DAY, Resolution.MINUTE)).isEqualTo(10);

    history.pass(Duration.ofDays(1_095));
    assertThat(history.requests(today, today + DAY, Resolution.MINUTE)).isZero();
  }

  @Test
  void what_is_too_late_or_far_ahead_is_not_kept_and_counted() {
    history.take(history.now() - 2 * DAY, 10, 0);
    history.take(history.now() + 7_200, 10, 0);
    history.keeper.write();
    assertThat(history.store.series()).isEmpty();
    assertThat(history.counts.of(HistoryEvent.TOO_LATE)).isEqualTo(1);
    assertThat(history.counts.of(HistoryEvent.AHEAD)).isEqualTo(1);
  }

  @Test
  void the_same_hour_of_last_week_is_found() {
    long hour = Resolution.HOUR.floor(history.now());
    history.take(hour + 5, 70, 7);
    history.pass(Duration.ofHours(168));
    history.take(history.now(), 1, 0);
    history.pass(Duration.ofHours(2));

    assertThat(new SeasonalBaseline(history.store).sameHourLastWeek(OUTCOMES, hour + 7 * DAY + 17))
        .hasValueSatisfying(value -> assertThat(value.describe()).containsEntry("requests", 70L));
    assertThat(new SeasonalBaseline(history.store).sameHourLastWeek(OUTCOMES, hour + 8 * DAY))
        .isEmpty();
  }

  @Test
  void last_weeks_hour_has_the_inputs_of_all_versions_and_the_predictions_of_one() {
    long hour = Resolution.HOUR.floor(history.now());
    for (String version : List.of("1", "2")) {
      Sample sample = sample(hour + 5, "yes", 0.5f).toBuilder().setVersion(version).build();
      history.keeper.samples(List.of(sample));
      history.keeper.feature(sample, "age", 30);
    }
    history.pass(Duration.ofHours(168));
    history.pass(Duration.ofHours(2));
    var lastWeek = new SeasonalBaseline(history.store);
    Sample one = sample(hour, "yes", 0.5f);
    String route = one.getAssignment().getRoute();
    long now = hour + 7 * DAY + 30;
    assertThat(lastWeek.sameHour(route, one.getModel(), "2", "age", true, now))
        .hasValueSatisfying(sketch -> assertThat(sketch.count()).isEqualTo(2));
    assertThat(lastWeek.sameHour(route, one.getModel(), "2", "prediction", false, now))
        .hasValueSatisfying(sketch -> assertThat(sketch.count()).isEqualTo(1));
    assertThat(lastWeek.sameHour(route, one.getModel(), "2", "confidence", false, now)).isPresent();
    assertThat(lastWeek.sameHour(route, one.getModel(), "3", "prediction", false, now)).isEmpty();
    assertThat(lastWeek.sameHour(route, one.getModel(), "2", "age", true, now + 7_200)).isEmpty();
  }

  @Test
  void predictions_labels_and_features_are_kept_by_the_time_of_their_sample() {
    long minute = Resolution.MINUTE.floor(history.now());
    for (int i = 0; i < 8; i++) {
      Sample sample = sample(minute + i, i % 4 == 0 ? "yes" : "no", 0.5f + i / 100f);
      history.keeper.samples(List.of(sample));
      history.keeper.labels(
          List.of(
              new LabelledPrediction(sample, Feedback.newBuilder().addTrueClasses("no").build())));
      history.keeper.feature(sample, "age", i == 7 ? Double.NaN : 20 + i);
      history.keeper.feature(sample, "country", i < 2 ? "se" : "no");
    }
    history.keeper.write();

    assertThat(point(SeriesKind.CLASS, ""))
        .containsEntry("shares", Map.of("yes", 0.25, "no", 0.75));
    assertThat(point(SeriesKind.CONFIDENCE, "")).containsEntry("count", 8L).containsKey("p50");
    assertThat(point(SeriesKind.LABELS, ""))
        .containsEntry("shares", Map.of("wrong", 0.25, "right", 0.75));
    assertThat(point(SeriesKind.FEATURE, "age"))
        .containsEntry("missing", 1L)
        .containsEntry("p50", 23.0)
        .containsEntry("max", 26.0);
    assertThat(point(SeriesKind.FEATURE, "country"))
        .containsEntry("shares", Map.of("se", 0.25, "no", 0.75));
  }

  @Test
  void a_feature_that_becomes_categorical_begins_anew_and_harms_nothing_else() {
    Sample sample = sample(Resolution.MINUTE.floor(history.now()), "yes", 1);
    history.keeper.feature(sample, "age", 3);
    history.keeper.write();
    history.keeper.feature(sample, "age", "old");
    history.keeper.samples(List.of(sample));
    history.keeper.write();
    assertThat(point(SeriesKind.FEATURE, "age")).containsEntry("shares", Map.of("old", 1.0));
    assertThat(point(SeriesKind.CLASS, "")).containsEntry("count", 1L);
  }

  private static Sample sample(long epochSecond, String predicted, float confidence) {
    return Sample.newBuilder()
        .setAt(Timestamp.newBuilder().setSeconds(epochSecond))
        .setAssignment(Assignment.newBuilder().setRoute("fraud"))
        .setModel("fraud")
        .setVersion("1")
        .addPredictedClasses(predicted)
        .addConfidences(confidence)
        .build();
  }

  private Map<String, Object> point(SeriesKind kind, String name) {
    var points =
        history.points(
            new SeriesKey("fraud", "fraud", "1", kind, name),
            today,
            today + DAY,
            DAY,
            Resolution.MINUTE);
    return Objects.requireNonNull(points.get(today)).value().describe();
  }
}
