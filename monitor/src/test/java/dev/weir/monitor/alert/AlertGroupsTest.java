package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Who is told of what, and when; the alerts come from a whole book. */
final class AlertGroupsTest {
  private static final AlertConfig CONFIG = AlertConfig.defaults();

  private final TestClock clock = new TestClock();
  private final List<String> told = new ArrayList<>();
  private final List<String> acknowledged = new ArrayList<>();
  private final AlertBook book = new AlertBook(CONFIG, clock, Randomness.seeded(1));
  private final Map<String, Severity> found = new HashMap<>();

  AlertGroupsTest() {
    book.listeners(
        List.of(
            new AlertListener() {
              @Override
              public void tell(AlertGroup group) {
                told.add(words(group));
              }

              @Override
              public void acknowledged(AlertGroup group) {
                acknowledged.add(words(group));
              }
            }));
  }

  private static String words(AlertGroup group) {
    return features(group.firing()) + " over " + features(group.over());
  }

  private static List<String> features(List<Alert> alerts) {
    return alerts.stream().map(a -> a.finding().labels().get("feature")).sorted().toList();
  }

  private static Finding finding(String feature, Severity severity) {
    return Finding.of(
        "FeatureDrift",
        Map.of("route", "r", "feature", feature),
        severity,
        "it drifts",
        Instant.EPOCH,
        Map.of());
  }

  private void begins(String... features) {
    for (String feature : features) {
      found.put(feature, Severity.WARNING);
    }
  }

  private void ends(String feature) {
    found.remove(feature);
    book.quiet(finding(feature, Severity.WARNING).identity());
  }

  private void pass(Duration time) {
    for (long i = 0; i < time.toSeconds(); i++) {
      clock.advance(Duration.ofSeconds(1));
      found.forEach((feature, severity) -> book.firing(finding(feature, severity)));
      book.look();
    }
  }

  private String id(String feature) {
    return book.list().stream()
        .map(AlertBook.Listed::alert)
        .filter(alert -> feature.equals(alert.finding().labels().get("feature")))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void alerts_that_fire_within_the_wait_are_one_message() {
    begins("age");
    pass(Duration.ofSeconds(5));
    begins("sex", "pay");
    pass(CONFIG.pendingFor().plus(CONFIG.groupWait()));
    assertThat(told).containsExactly("[age, pay, sex] over []");
    pass(Duration.ofHours(3));
    assertThat(told).hasSize(1);
  }

  @Test
  void what_joins_later_waits_for_the_interval_and_comes_with_the_rest() {
    begins("age");
    pass(Duration.ofSeconds(30));
    begins("sex");
    pass(Duration.ofMinutes(4));
    assertThat(told).containsExactly("[age] over []");
    begins("pay");
    pass(Duration.ofMinutes(1));
    assertThat(told).containsExactly("[age] over []", "[age, pay, sex] over []");
  }

  @Test
  void ends_are_told_together_at_the_interval_and_the_group_begins_anew() {
    begins("age", "sex");
    pass(Duration.ofSeconds(30));
    ends("age");
    pass(Duration.ofSeconds(30));
    ends("sex");
    pass(Duration.ofMinutes(5));
    assertThat(told).containsExactly("[age, sex] over []", "[] over [age, sex]");
    begins("pay");
    pass(CONFIG.pendingFor().plus(CONFIG.groupWait()).plusSeconds(1));
    assertThat(told).hasSize(3).last().isEqualTo("[pay] over []");
  }

  @Test
  void an_alert_that_is_over_before_it_was_told_is_not_told() {
    begins("age");
    pass(Duration.ofSeconds(30));
    begins("sex");
    pass(Duration.ofSeconds(30));
    ends("sex");
    pass(Duration.ofMinutes(10));
    assertThat(told).containsExactly("[age] over []");
  }

  @Test
  void another_severity_is_another_group_and_waits_for_nothing() {
    begins("age");
    pass(Duration.ofSeconds(30));
    found.put("sex", Severity.CRITICAL);
    pass(CONFIG.pendingFor().plus(CONFIG.groupWait()).plusSeconds(1));
    assertThat(told).containsExactly("[age] over []", "[sex] over []");
  }

  @Test
  void a_group_is_told_again_until_all_of_it_is_taken_and_once_that_it_is() {
    begins("age", "sex");
    pass(Duration.ofSeconds(30));
    book.acknowledge(id("age"), "ada", "");
    assertThat(acknowledged).isEmpty();
    pass(CONFIG.repeatEvery());
    assertThat(told).containsExactly("[age, sex] over []", "[age, sex] over []");
    book.acknowledge(id("sex"), "ada", "");
    assertThat(acknowledged).containsExactly("[age, sex] over []");
    pass(CONFIG.repeatEvery());
    assertThat(told).hasSize(2);
  }

  @Test
  void a_silenced_alert_is_left_out_and_told_when_the_silence_is_over() {
    book.silence(Map.of("feature", "sex"), clock.now().plusSeconds(120), "ada", "known");
    begins("age", "sex");
    pass(Duration.ofSeconds(110));
    assertThat(told).containsExactly("[age] over []");
    pass(Duration.ofMinutes(5));
    assertThat(told).containsExactly("[age] over []", "[age, sex] over []");
  }

  @Test
  void however_alerts_come_and_go_messages_keep_their_distance_and_each_told_one_ends_once() {
    for (int seed = 0; seed < 20; seed++) {
      assertLaws(seed);
    }
  }

  /** A book of its own with alerts at random; groups of one label value each. */
  private static void assertLaws(int seed) {
    RandomGenerator random = Randomness.seeded(seed);
    var time = new TestClock();
    var world = new AlertBook(CONFIG, time, Randomness.seeded(seed));
    var last = new HashMap<String, Instant>();
    Set<String> going = new HashSet<>();
    world.listeners(
        List.of(
            new AlertListener() {
              @Override
              public void tell(AlertGroup group) {
                Instant before = last.put(group.key(), time.now());
                if (before != null && !going.isEmpty()) {
                  assertThat(Duration.between(before, time.now()))
                      .as("seed %d", seed)
                      .isGreaterThanOrEqualTo(CONFIG.groupInterval());
                }
                group
                    .over()
                    .forEach(
                        alert -> assertThat(going.remove(alert.id())).as("seed %d", seed).isTrue());
                group.firing().forEach(alert -> going.add(alert.id()));
                if (going.isEmpty()) {
                  last.remove(group.key());
                }
              }
            }));
    Set<String> features = new HashSet<>();
    for (int second = 0; second < 7_200; second++) {
      if (random.nextInt(30) == 0) {
        String feature = "f" + random.nextInt(6);
        if (!features.remove(feature)) {
          features.add(feature);
        }
      }
      time.advance(Duration.ofSeconds(1));
      features.forEach(feature -> world.firing(finding(feature, Severity.WARNING)));
      world.look();
    }
    time.advance(Duration.ofMinutes(4));
    world.look();
    time.advance(Duration.ofMinutes(10));
    world.look();
    assertThat(going).as("seed %d", seed).isEmpty();
  }
}
