package dev.weir.monitor.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class DifferenceSketchTest {
  private final DifferenceSketch sketch = new DifferenceSketch();

  @Test
  void nothing_counted_is_nothing_off() {
    assertThat(sketch.quantile(0.99)).isZero();
    assertThat(sketch.largest()).isZero();
    assertThat(sketch.total()).isZero();
  }

  @Test
  void quantiles_are_at_most_a_bucket_too_high() {
    var random = Randomness.seeded(3);
    var values = new double[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(10 * random.nextGaussian());
      sketch.add(values[i]);
    }
    Arrays.sort(values);
    for (double quantile : new double[] {0.01, 0.5, 0.9, 0.99}) {
      double exact = values[(int) Math.ceil(quantile * values.length) - 1];
      assertThat(sketch.quantile(quantile)).as("%s", quantile).isBetween(exact, 1.2 * exact);
    }
    assertThat(sketch.quantile(1)).isEqualTo(values[values.length - 1]);
  }

  @Test
  void equal_answers_and_those_that_are_no_number_have_places_of_their_own() {
    for (int i = 0; i < 98; i++) {
      sketch.add(0);
    }
    sketch.add(0.5);
    sketch.add(Double.POSITIVE_INFINITY);
    assertThat(sketch.quantile(0.98)).isZero();
    assertThat(sketch.quantile(0.99)).isBetween(0.5, 0.6);
    assertThat(sketch.quantile(0.995)).isInfinite();
    assertThat(sketch.largest()).isInfinite();
  }

  @Test
  void what_is_off_the_scale_is_kept_at_its_ends() {
    sketch.add(Double.MIN_VALUE);
    sketch.add(Double.MAX_VALUE);
    assertThat(sketch.quantile(0.5)).isEqualTo(1e-12);
    assertThat(sketch.quantile(1)).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void two_add_up_to_what_one_would_have_counted() {
    var random = Randomness.seeded(4);
    var other = new DifferenceSketch();
    var both = new DifferenceSketch();
    for (int i = 0; i < 1_000; i++) {
      double value = i % 7 == 0 ? 0 : Math.exp(random.nextGaussian());
      (i % 3 == 0 ? sketch : other).add(value);
      both.add(value);
    }
    sketch.addAll(other);
    assertThat(sketch.total()).isEqualTo(1_000);
    assertThat(sketch.largest()).isEqualTo(both.largest());
    for (double quantile = 0.05; quantile < 1; quantile += 0.05) {
      assertThat(sketch.quantile(quantile)).isEqualTo(both.quantile(quantile));
    }
  }
}
