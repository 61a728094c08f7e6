package dev.weir.monitor.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublisherTest {
  private static final String CLASSES = PublishedDomain.CLASSES;
  private static final String HOURS = PublishedDomain.HOURS;

  @TempDir Path folder;
  private PublishingUnderTest at;

  @BeforeEach
  void open() {
    at = new PublishingUnderTest(folder);
  }

  @AfterEach
  void close() {
    at.close();
  }

  private static ReleaseStore.Release made(Publisher.Answer answer) {
    assertThat(answer).isInstanceOf(Publisher.Answer.Made.class);
    return ((Publisher.Answer.Made) answer).release();
  }

  private static String refused(Publisher.Answer answer, Publisher.Why why) {
    assertThat(answer).isInstanceOf(Publisher.Answer.Refused.class);
    var refused = (Publisher.Answer.Refused) answer;
    assertThat(refused.why()).isEqualTo(why);
    return refused.message();
  }

  private long spent(LocalDate day) {
    return at.store.budget("fraud", day).orElseThrow().spent();
  }

  @Test
  void a_sample_is_in_one_cell_of_each_statistic_by_its_first_row() {
    at.follow(Samples.published("1", 1));
    at.take("1", 3, "1", 0.5f, 2);
    at.clock.advance(Duration.ofHours(5));
    at.take("1", 2, "surprise", 99, 7);
    at.take(
        Samples.sample("rows", "1", at.clock.now())
            .addPredictedClasses("1")
            .addPredictedClasses("1")
            .clearInputs()
            .build());
    LocalDate day = at.closeToday();
    assertThat(at.exact(day, HOURS, "1")).hasSize(24).startsWith(3L, 0L, 0L, 0L, 0L, 3L);
    assertThat(at.exact(day, CLASSES, "1")).containsExactly(1L, 3L, 2L);
    // four tenths of the reference that differ, unusual, missing
    assertThat(at.exact(day, "feature:amount", "1").stream().mapToLong(n -> n).sum()).isEqualTo(5);
    assertThat(at.exact(day, "feature:country", "1")).containsExactly(0L, 3L, 2L, 0L);
  }

  @Test
  void versions_that_nobody_asked_are_published_too_and_those_without_epsilon_never() {
    at.follow(Samples.published("1", 1), Samples.published("2", 1), Samples.published("3", 0));
    at.take("1", 5, "0", 1, 1);
    at.take("3", 5, "0", 1, 1);
    ReleaseStore.Release release = made(at.publish(at.closeToday(), CLASSES, 0.5));
    assertThat(release.versions())
        .extracting(ReleaseStore.Counts::version)
        .containsExactly("1", "2");
    assertThat(release.versions())
        .allSatisfy(each -> assertThat(each.cells()).containsExactly("0", "1", "(other)"));
  }

  @Test
  void a_release_is_near_the_truth_and_not_the_truth() {
    at.follow(Samples.published("1", 1));
    at.take("1", 20_000, "1", 1, 1);
    ReleaseStore.Release release = made(at.publish(at.closeToday(), CLASSES, 0.05));
    long[] counts = release.versions().getFirst().counts();
    assertThat(counts[1]).isBetween(19_700L, 20_300L);
    assertThat(counts).isNotEqualTo(new long[] {0, 20_000, 0});
  }

  @Test
  void published_again_the_same_numbers_come_and_cost_nothing() {
    at.follow(Samples.published("1", 1));
    at.take("1", 50, "1", 1, 1);
    LocalDate day = at.closeToday();
    ReleaseStore.Release first = made(at.publish(day, CLASSES, 0.7));
    at = at.restarted();
    for (double epsilon : new double[] {0.7, 0.1, 100}) {
      Publisher.Answer again = at.publish(day, CLASSES, epsilon);
      assertThat(again).isInstanceOf(Publisher.Answer.MadeBefore.class);
      ReleaseStore.Release same = ((Publisher.Answer.MadeBefore) again).release();
      assertThat(same.epsilon()).isEqualTo(Epsilon.of(0.7));
      assertThat(same.versions().getFirst().counts())
          .isEqualTo(first.versions().getFirst().counts());
    }
    assertThat(spent(day)).isEqualTo(700_000);
  }

  @Test
  void beyond_the_budget_nothing_is_published_and_nothing_spent() {
    at.follow(Samples.published("1", 1));
    at.take("1", 50, "1", 1, 1);
    LocalDate day = at.closeToday();
    made(at.publish(day, CLASSES, 0.8));
    assertThat(refused(at.publish(day, HOURS, 0.200001), Publisher.Why.OVER_BUDGET))
        .isEqualTo(
            "epsilon: 0.200001 (expected: at most 0.2, which is left of the budget of model fraud on 2026-01-01)");
    assertThat(spent(day)).isEqualTo(800_000);
    made(at.publish(day, HOURS, 0.2));
    refused(at.publish(day, "feature:amount", 0.000001), Publisher.Why.OVER_BUDGET);
    assertThat(at.counts.of(PrivacyEvent.RELEASES_OVER_BUDGET)).isEqualTo(2);
    assertThat(at.store.releases("fraud", Optional.of(day), 10)).hasSize(2);
  }

  @Test
  void each_day_has_a_budget_of_its_own() {
    at.follow(Samples.published("1", 0.5));
    LocalDate first = at.closeToday();
    LocalDate second = at.closeToday();
    made(at.publish(first, CLASSES, 0.5));
    made(at.publish(second, CLASSES, 0.5));
    refused(at.publish(first, HOURS, 0.1), Publisher.Why.OVER_BUDGET);
  }

  @Test
  void a_day_that_still_takes_samples_is_not_published() {
    at.follow(Samples.published("1", 1));
    at.take("1", 5, "1", 1, 1);
    LocalDate day = at.today();
    assertThat(refused(at.publish(day, CLASSES, 0.5), Publisher.Why.OPEN))
        .isEqualTo("day: 2026-01-01 (expected: one that ended 60 minutes ago or longer, UTC)");
    at.clock.advance(Duration.ofHours(24).plusMinutes(59));
    refused(at.publish(day, CLASSES, 0.5), Publisher.Why.OPEN);
    // its last samples come late, and are counted
    at.take(Samples.sample("late", "1", at.clock.now().minus(Duration.ofHours(2))).build());
    at.clock.advance(Duration.ofMinutes(1));
    at.take(Samples.sample("too-late", "1", at.clock.now().minus(Duration.ofHours(2))).build());
    made(at.publish(day, CLASSES, 0.5));
    assertThat(at.exact(day, CLASSES, "1").stream().mapToLong(n -> n).sum()).isEqualTo(6);
    assertThat(at.counts.of(PrivacyEvent.SAMPLES_OF_ANOTHER_DAY)).isOne();
  }

  @Test
  void what_was_not_counted_is_refused_with_what_was() {
    at.follow(Samples.published("1", 1));
    LocalDate day = at.closeToday();
    assertThat(refused(at.publish(day, "feature:age", 0.5), Publisher.Why.UNKNOWN))
        .isEqualTo(
            "statistic: feature:age of model fraud on 2026-01-01 was not counted (expected: one of"
                + " [classes, feature:amount, feature:country, hours])");
    assertThat(refused(at.publish(day.minusDays(2), CLASSES, 0.5), Publisher.Why.UNKNOWN))
        .endsWith("(expected: a day with a privacy_epsilon over 0)");
  }

  @Test
  void the_smallest_epsilon_of_the_day_is_its_budget_and_a_larger_one_comes_too_late() {
    at.follow(Samples.published("1", 1), Samples.published("2", 0.4));
    at.published.write();
    at.follow(Samples.published("1", 2), Samples.published("2", 2));
    LocalDate day = at.closeToday();
    refused(at.publish(day, CLASSES, 0.5), Publisher.Why.OVER_BUDGET);
    made(at.publish(day, CLASSES, 0.3));
    at.follow(Samples.published("1", 0.35));
    refused(at.publish(day, HOURS, 0.1), Publisher.Why.OVER_BUDGET);
    made(at.publish(day, HOURS, 0.05));
    at.follow(Samples.published("1", 0));
    refused(at.publish(day, "feature:amount", 0.000001), Publisher.Why.OVER_BUDGET);
  }

  @Test
  void counts_go_on_after_a_restart_without_counting_anything_twice() {
    at.follow(Samples.published("1", 1));
    at.take("1", 10, "1", 1, 1);
    at.published.write();
    at.published.write();
    at.take("1", 5, "1", 1, 1);
    // not written: lost
    at = at.restarted();
    at.take("1", 7, "0", 1, 1);
    assertThat(at.exact(at.closeToday(), CLASSES, "1")).containsExactly(7L, 10L, 0L);
  }

  @Test
  void no_number_is_shown_that_was_not_saved() {
    at.follow(Samples.published("1", 1));
    LocalDate day = at.closeToday();
    at.published.write();
    at.store.close();
    refused(at.publish(day, CLASSES, 0.5), Publisher.Why.NOT_SAVED);
    at = at.restarted();
    assertThat(spent(day)).isZero();
    made(at.publish(day, CLASSES, 0.5));
  }

  @Test
  void old_days_are_forgotten_with_their_budget() {
    at.follow(Samples.published("1", 1));
    LocalDate day = at.closeToday();
    made(at.publish(day, CLASSES, 1));
    at.clock.advance(Duration.ofDays(1_096));
    at.published.write();
    assertThat(at.store.budget("fraud", day)).isEmpty();
    refused(at.publish(day, CLASSES, 1), Publisher.Why.UNKNOWN);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void no_order_of_releases_spends_more_than_the_budget(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    List<String> statistics = List.of(HOURS, CLASSES, "feature:amount", "feature:country");
    double budget = 0.1 + random.nextDouble();
    at.follow(Samples.published("1", budget));
    var days = new ArrayList<LocalDate>();
    Map<String, long[]> seen = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      switch (random.nextInt(5)) {
        case 0 -> {
          at.take("1", random.nextInt(20), "1", 1, 1);
          days.add(at.closeToday());
        }
        case 1 -> at = at.restarted();
        default -> {
          if (!days.isEmpty()) {
            LocalDate day = days.get(random.nextInt(days.size()));
            String statistic = statistics.get(random.nextInt(4));
            double epsilon = 1e-6 + random.nextDouble() * budget;
            ReleaseStore.Release release =
                switch (at.publish(day, statistic, epsilon)) {
                  case Publisher.Answer.Made(var made) -> made;
                  case Publisher.Answer.MadeBefore(var before) -> before;
                  case Publisher.Answer.Refused _ -> null;
                };
            if (release != null) {
              long[] counts = release.versions().getFirst().counts();
              long[] before = seen.putIfAbsent(day + statistic, counts);
              assertThat(before == null ? counts : before).isEqualTo(counts);
            }
          }
        }
      }
      for (LocalDate day : days) {
        long sum =
            at.store.releases("fraud", Optional.of(day), 10).stream()
                .mapToLong(release -> release.epsilon().millionths())
                .sum();
        assertThat(spent(day)).isEqualTo(sum);
        assertThat(sum / 1e6).isLessThanOrEqualTo(budget);
      }
    }
  }

  @Test
  void the_file_is_the_owners_alone() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList())
          .isNotEmpty()
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  void a_copy_for_a_shadow_version_is_not_counted() {
    at.follow(Samples.published("1", 1));
    Sample sample = Samples.sample("r", "1", at.clock.now()).build();
    at.take(
        sample.toBuilder()
            .setAssignment(sample.getAssignment().toBuilder().setMirrored(true))
            .build());
    assertThat(at.exact(at.closeToday(), CLASSES, "1")).containsExactly(0L, 0L, 0L);
  }
}
