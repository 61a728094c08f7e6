package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which classes are told apart, and what is held back for those to come. */
class PredictedClassSlotsTest {
  private static final List<Double> LIFTS = List.of(0.5, 2.0);

  private static PredictedClassTest testOf(int maxClasses) {
    return new PredictedClassTest(new PredictedClassTest.Parameters(1, 100, maxClasses, LIFTS));
  }

  @Test
  void nothing_is_bet_before_enough_of_the_baseline_was_seen() {
    PredictedClassTest test = testOf(32);
    test.update(0.5, Map.of("a", 500L), Map.of("b", 99L));
    test.closeSlice();
    test.update(0.5, Map.of("a", 500L), Map.of("b", 1L));
    assertThat(test.logEvidence()).isZero();
    test.closeSlice();
    assertThat(test.logEvidence()).isCloseTo(0, within(1e-12));
    test.update(0.5, Map.of("a", 500L), Map.of());
    assertThat(test.logEvidence()).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.85, 0.9, 0.92, 0.95, 0.99, 0.999, 1})
  void a_class_that_nearly_everybody_gets_can_be_tested_with_a_tolerance(double share) {
    var test = new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1.1));
    long often = Math.round(share * 1_000);
    Map<String, Long> usual = Map.of("usual", often, "rare", 1_000 - often);
    test.learnBaseline(usual);
    test.closeSlice();
    for (int slice = 0; slice < 20; slice++) {
      test.update(0.5, usual, usual);
      test.closeSlice();
      assertThat(test.logEvidence()).isFinite().isLessThan(7);
    }
    for (int slice = 0; slice < 20; slice++) {
      test.update(0.5, Map.of("usual", 500L, "rare", 500L), usual);
      test.closeSlice();
    }
    assertThat(test.logEvidence())
        .as("half of the predictions changed")
        .isFinite()
        .isGreaterThan(7);
  }

  @Test
  void a_newcomer_changes_no_evidence_by_joining() {
    PredictedClassTest test = testOf(32);
    test.learnBaseline(Map.of("a", 60L, "b", 60L));
    test.closeSlice();
    test.update(0.5, Map.of("a", 10L, "new", 4L), Map.of("b", 10L, "newer", 2L));
    double before = test.logEvidence();
    test.closeSlice();
    assertThat(test.logEvidence()).isCloseTo(before, within(1e-12));
  }

  @Test
  void classes_beyond_the_most_frequent_are_one() {
    PredictedClassTest test = testOf(2);
    test.learnBaseline(Map.of("a", 60L, "b", 50L, "c", 3L, "d", 3L));
    test.closeSlice();
    test.update(0.5, Map.of("c", 20L, "d", 20L), Map.of("a", 20L, "b", 20L));
    test.closeSlice();
    assertThat(test.evidence().decisiveOutcome()).isEqualTo("any other class");
    assertThat(test.evidence().statistic())
        .isEqualTo("any other class in 100.0 % (40 of 40) against 0.0 % (0 of 40)");
  }

  @Test
  void any_number_of_names_of_any_length_takes_bounded_room() {
    PredictedClassTest test = testOf(32);
    for (int slice = 0; slice < 20; slice++) {
      var names = new HashMap<String, Long>();
      for (int i = 0; i < 1_000; i++) {
        names.put("name " + slice + " " + i + "x".repeat(i), 1L);
      }
      test.update(0.5, names, names);
      test.closeSlice();
    }
    assertThat(test.toBytes().length).isLessThan(20_000);
    assertThat(test.logEvidence()).isLessThan(Math.log(20));
  }

  @Test
  void names_wait_for_the_first_bet_in_bounded_room() {
    var test = new PredictedClassTest(new PredictedClassTest.Parameters(1, 1_000_000, 32, LIFTS));
    var names = new HashMap<String, Long>();
    for (int i = 0; i < 5_000; i++) {
      names.put("name " + i, 1L);
    }
    test.update(0.5, names, names);
    assertThat(test.toBytes().length).isLessThan(1_024 * (2 + 9 + 3 * 8) + 1_000);
  }

  @Test
  void negative_counts_are_refused_before_anything_changes() {
    PredictedClassTest test = testOf(32);
    byte[] before = test.toBytes();
    assertThatThrownBy(() -> test.update(0.5, Map.of("a", 1L), Map.of("a", -1L)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(test.toBytes()).isEqualTo(before);
  }
}
