package dev.weir.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.router.balance.ReplicaWindow.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutlierRuleTest {
  private static final EjectionConfig CONFIG = Ejecting.with(5, 0.5, 0.2, 5);
  private static final long MS = 1_000_000;

  private static Sample sample(long requests, long errors, long meanMillis) {
    return new Sample(requests, errors, requests * meanMillis * MS);
  }

  @Test
  void one_of_four_that_fails_stands_out() {
    assertThat(
            OutlierRule.judge(
                List.of(
                    sample(100, 0, 10), sample(100, 100, 1), sample(100, 1, 10), sample(100, 0, 9)),
                CONFIG))
        .containsExactly(null, EjectionReason.ERROR_RATE, null, null);
  }

  @Test
  void errors_that_all_have_are_the_versions_doing() {
    assertThat(
            OutlierRule.judge(
                List.of(
                    sample(100, 95, 10),
                    sample(100, 100, 10),
                    sample(100, 90, 10),
                    sample(60, 60, 10)),
                CONFIG))
        .containsOnlyNulls();
  }

  @Test
  void few_requests_or_few_peers_prove_nothing() {
    assertThat(
            OutlierRule.judge(
                List.of(sample(49, 49, 10), sample(100, 0, 10), sample(100, 0, 10)), CONFIG))
        .containsOnlyNulls();
    assertThat(
            OutlierRule.judge(
                List.of(sample(100, 0, 10), sample(100, 0, 10), sample(100, 0, 10)), CONFIG))
        .containsOnlyNulls();
    assertThat(OutlierRule.judge(List.of(sample(100, 100, 10), sample(100, 0, 10)), CONFIG))
        .containsOnlyNulls();
  }

  @Test
  void one_that_is_much_slower_than_the_median_of_its_peers_stands_out() {
    assertThat(
            OutlierRule.judge(
                List.of(
                    sample(100, 0, 10), sample(100, 0, 12), sample(100, 0, 90), sample(100, 0, 14)),
                CONFIG))
        .containsExactly(null, null, EjectionReason.LATENCY, null);
  }

  @Test
  void many_times_slower_but_by_little_is_fine() {
    assertThat(
            OutlierRule.judge(
                List.of(sample(100, 0, 1), sample(100, 0, 1), sample(100, 0, 15)), CONFIG))
        .containsOnlyNulls();
  }
}
