package dev.weir.monitor.stats.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every sketch must hold. */
class SketchLawsTest {
  record Law(String name, Supplier<Sketch> fresh) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Law> all() {
    return List.of(
        new Law("numbers", NumberSketch::new), new Law("categories", () -> new CategorySketch(32)));
  }

  private static Sketch filled(Law law, long seed, int values) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    Sketch sketch = law.fresh().get();
    for (int i = 0; i < values; i++) {
      double value = random.nextGaussian();
      switch (sketch) {
        case NumberSketch numbers -> numbers.add(value);
        case CategorySketch categories -> categories.add("c" + (int) (3 * value));
      }
      if (i % 10 == 0) {
        sketch.addMissing();
      }
    }
    return sketch;
  }

  @ParameterizedTest
  @MethodSource("all")
  void counts_are_added_exactly_in_any_order(Law law) {
    Sketch one = filled(law, 1, 500);
    Sketch other = filled(law, 2, 300);
    one.merge(filled(law, 2, 300));
    other.merge(filled(law, 1, 500));
    assertThat(one.count()).isEqualTo(880).isEqualTo(other.count());
    assertThat(one.missing()).isEqualTo(80).isEqualTo(other.missing());
  }

  @ParameterizedTest
  @MethodSource("all")
  void it_goes_on_from_its_bytes(Law law) {
    Sketch sketch = filled(law, 3, 400);
    Sketch restored = Sketch.fromBytes(sketch.toBytes());
    assertThat(restored.toBytes()).isEqualTo(sketch.toBytes());
    restored.addMissing();
    assertThat(restored.count()).isEqualTo(sketch.count() + 1);
  }

  @ParameterizedTest
  @MethodSource("all")
  void nothing_seen_is_kept_too(Law law) {
    assertThat(Sketch.fromBytes(law.fresh().get().toBytes()).count()).isZero();
  }

  @ParameterizedTest
  @MethodSource("all")
  void damaged_bytes_are_refused(Law law) {
    byte[] bytes = filled(law, 4, 300).toBytes();
    for (int length = 0; length < bytes.length; length += 7) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Sketch.fromBytes(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    byte[] newer = bytes.clone();
    newer[0]++;
    assertThatThrownBy(() -> Sketch.fromBytes(newer)).hasMessageContaining("version 2");
  }

  @ParameterizedTest
  @MethodSource("all")
  void another_kind_is_not_added(Law law) {
    Sketch other = law.name().equals("numbers") ? new CategorySketch(2) : new NumberSketch();
    assertThatThrownBy(() -> law.fresh().get().merge(other))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_bit_flipped_anywhere_is_refused_or_read_as_some_sketch() {
    byte[] bytes = filled(all().getFirst(), 5, 2_000).toBytes();
    for (int i = 0; i < 8 * Math.min(200, bytes.length); i++) {
      byte[] flipped = bytes.clone();
      flipped[i / 8] ^= (byte) (1 << i % 8);
      try {
        assertThat(Sketch.fromBytes(flipped).count()).isNotNegative();
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void quantiles_and_moments_are_those_of_the_values() {
    NumberSketch sketch = (NumberSketch) filled(all().getFirst(), 6, 100_000);
    NumberSketch half = (NumberSketch) filled(all().getFirst(), 7, 100_000);
    sketch.merge(half);
    sketch.add(Double.NaN);
    sketch.add(Double.POSITIVE_INFINITY);
    assertThat(sketch.finite()).isEqualTo(200_000);
    assertThat(sketch.notFinite()).isEqualTo(2);
    assertThat(sketch.mean()).isCloseTo(0, within(0.01));
    assertThat(sketch.standardDeviation()).isCloseTo(1, within(0.01));
    assertThat(sketch.rank(0)).isCloseTo(0.5, within(0.02));
    assertThat(sketch.quantile(0.975)).isCloseTo(1.96, within(0.15));
    double[] counts = sketch.counts(new double[] {-1, 0, 1});
    assertThat(Arrays.stream(counts).sum()).isCloseTo(200_000, within(1e-6));
    assertThat(counts[0] / 200_000).isCloseTo(0.1587, within(0.02));
    assertThat(sketch.toBytes().length).isLessThan(8_000);
  }

  @Test
  void more_categories_than_there_is_room_for_are_one() {
    var sketch = new CategorySketch(2);
    for (String name : List.of("a", "b", "c", "a", "d")) {
      sketch.add(name);
    }
    assertThat(sketch.counts()).containsEntry("a", 2L).containsEntry("b", 1L).hasSize(2);
    assertThat(sketch.other()).isEqualTo(2);
    assertThat(sketch.count()).isEqualTo(5);
  }

  @Test
  void a_reservoir_keeps_each_row_with_the_same_probability() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(8);
    var kept = new int[40];
    for (int trial = 0; trial < 4_000; trial++) {
      var reservoir = new RowReservoir(10, random);
      for (int i = 0; i < kept.length; i++) {
        int place = reservoir.next();
        if (place >= 0) {
          reservoir.put(place, new double[] {i});
        }
      }
      assertThat(reservoir.offered()).isEqualTo(40);
      for (double[] row : reservoir.rows()) {
        kept[(int) row[0]]++;
      }
    }
    // A quarter of 4,000, within five standard deviations.
    assertThat(Arrays.stream(kept).boxed()).allMatch(count -> Math.abs(count - 1_000) < 137);
    var few = new RowReservoir(10, random);
    few.put(few.next(), new double[] {1});
    assertThat(few.rows()).hasDimensions(1, 1);
  }
}
