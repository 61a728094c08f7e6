package dev.weir.platform.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LatencyScaleTest {
  @Test
  void an_upper_bound_belongs_to_its_bucket_and_the_next_nanosecond_to_the_next() {
    for (int bucket = 0; bucket < LatencyScale.OVERFLOW_BUCKET; bucket++) {
      long bound = LatencyScale.upperBoundNanos(bucket);
      assertThat(LatencyScale.bucketOf(bound)).isEqualTo(bucket);
      assertThat(LatencyScale.bucketOf(bound + 1)).isEqualTo(bucket + 1);
    }
  }

  @Test
  void each_bucket_between_the_ends_is_at_most_3_2_percent_wide() {
    for (int bucket = 1; bucket < LatencyScale.OVERFLOW_BUCKET; bucket++) {
      double ratio =
          (double) LatencyScale.upperBoundNanos(bucket) / LatencyScale.upperBoundNanos(bucket - 1);
      assertThat(ratio).isGreaterThan(1.015).isLessThan(1.032);
    }
  }

  @Test
  void the_ends_are_about_a_microsecond_and_sixty_nine_seconds() {
    assertThat(LatencyScale.upperBoundNanos(0)).isEqualTo(1_024);
    assertThat(LatencyScale.upperBoundNanos(LatencyScale.OVERFLOW_BUCKET - 1)).isEqualTo(1L << 36);
    assertThat(LatencyScale.upperBoundNanos(LatencyScale.OVERFLOW_BUCKET))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anything_can_be_counted() {
    assertThat(LatencyScale.bucketOf(Long.MIN_VALUE)).isZero();
    assertThat(LatencyScale.bucketOf(-1)).isZero();
    assertThat(LatencyScale.bucketOf(0)).isZero();
    assertThat(LatencyScale.bucketOf(Long.MAX_VALUE)).isEqualTo(LatencyScale.OVERFLOW_BUCKET);
  }

  @Test
  void bucket_numbers_never_change() {
    assertThat(LatencyScale.bucketOf(1_025)).isEqualTo(1);
    assertThat(LatencyScale.bucketOf(1_000_000)).isEqualTo(318);
    assertThat(LatencyScale.bucketOf(10_000_000)).isEqualTo(423);
    assertThat(LatencyScale.bucketOf(1_000_000_000)).isEqualTo(636);
    assertThat(LatencyScale.bucketOf(60_000_000_000L)).isEqualTo(824);
  }

  @Test
  void a_bucket_that_does_not_exist_is_refused() {
    assertThatThrownBy(() -> LatencyScale.upperBoundNanos(LatencyScale.BUCKETS))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("latency bucket 834 (expected: 0 to 833)");
    assertThatThrownBy(() -> LatencyScale.upperBoundNanos(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
