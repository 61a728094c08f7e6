package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.outcome.LatencyScale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people read. */
class EvidenceWordsTest {
  @Test
  void errors_show_both_rates_and_the_bet_that_won() {
    var test = new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1));
    test.update(0.05, new HitCounts(37, 264, 0, 5_812));
    test.closeSlice();
    Evidence evidence = test.evidence();
    assertThat(evidence.statistic())
        .isEqualTo("errors 12.3 % (37 of 301) against 0.0 % (0 of 5,812)");
    assertThat(evidence.decisiveOutcome()).isEqualTo("errors, bet on 30 times as many");
    assertThat(evidence.canaryUnits()).isEqualTo(301);
    assertThat(evidence.baselineUnits()).isEqualTo(5_812);
    assertThat(evidence.maxLogE()).isEqualTo(evidence.logE()).isGreaterThan(50);
  }

  @Test
  void latency_names_the_threshold_of_each_arm() {
    var test = new LatencyTest(LatencyTest.Parameters.tolerating(1.25, 1_000_000));
    assertThat(test.evidence().statistic())
        .isEqualTo("latency not compared yet: 0 of 200 baseline requests seen");
    var before = new LatencyHistogram();
    before.add(LatencyScale.bucketOf(10_000_000), 900);
    before.add(LatencyScale.bucketOf(20_000_000), 100);
    test.learnBaseline(before);
    test.closeSlice();
    var slow = new LatencyHistogram();
    slow.add(LatencyScale.bucketOf(40_000_000), 50);
    test.update(0.05, slow, before);
    test.closeSlice();
    assertThat(test.evidence().statistic())
        .isEqualTo(
            "latency > 26.7 ms in 100.0 % (50 of 50) against > 20.4 ms in 0.0 % (0 of 1,000)");
    assertThat(test.evidence().decisiveOutcome()).isEqualTo("latency > 26.7 ms");
  }

  @Test
  void classes_are_named_and_a_new_one_is_first_any_other_class() {
    var test = new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1));
    assertThat(test.evidence().decisiveOutcome()).isEmpty();
    test.learnBaseline(Map.of("0", 500L, "1", 500L));
    test.closeSlice();
    test.update(0.05, Map.of("surprise", 30L), Map.of("0", 300L, "1", 300L));
    test.closeSlice();
    assertThat(test.evidence().decisiveOutcome()).isEqualTo("any other class");
    for (int slice = 0; slice < 3; slice++) {
      test.update(0.05, Map.of("surprise", 300L), Map.of("0", 300L, "1", 300L));
      test.closeSlice();
    }
    assertThat(test.evidence().decisiveOutcome()).isEqualTo("class surprise");
    assertThat(test.evidence().statistic())
        .isEqualTo("class surprise in 100.0 % (930 of 930) against 0.0 % (0 of 2,400)");
  }

  @Test
  void a_broken_split_says_what_is_missing() {
    var test = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
    test.update(0.05, new ArmUnits(100, 4_900));
    assertThat(test.evidence().statistic())
        .isEqualTo("canary share 2.0 % (100 of 5,000) where 5.0 % was drawn");
    assertThat(test.evidence().decisiveOutcome())
        .isEqualTo("canary units missing or baseline units too many");
    assertThat(test.invalid()).isFalse();
    test.closeSlice();
    assertThat(test.invalid()).isTrue();
  }

  @Test
  void small_shares_keep_two_digits_and_durations_three() {
    assertThat(Words.percent(0.00054)).isEqualTo("0.054 %");
    assertThat(Words.percent(0.0034)).isEqualTo("0.34 %");
    assertThat(Words.percent(0.5)).isEqualTo("50.0 %");
    assertThat(Words.ratio(100 * 1.1)).isEqualTo("110");
    assertThat(Words.ratio(1.25 * 1.1)).isEqualTo("1.38");
    assertThat(Words.share(0, 0)).isEqualTo("nothing seen");
    assertThat(Words.duration(870_400)).isEqualTo("870 us");
    assertThat(Words.duration(1_234_567)).isEqualTo("1.23 ms");
    assertThat(Words.duration(2_050_000_000L)).isEqualTo("2.05 s");
    assertThat(Words.duration(Long.MAX_VALUE)).isEqualTo("68.7 s");
  }
}
