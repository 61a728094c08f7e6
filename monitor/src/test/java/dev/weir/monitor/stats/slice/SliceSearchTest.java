package dev.weir.monitor.stats.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class SliceSearchTest {
  private static final double ALPHA = 0.05;

  private static SliceCount slice(
      String value, long before, long hits, long after, long hitsAfter) {
    return new SliceCount("state", value, before, hits, after, hitsAfter);
  }

  private static SliceCount sum(List<SliceCount> slices) {
    return new SliceCount(
        "",
        "",
        slices.stream().mapToLong(SliceCount::before).sum(),
        slices.stream().mapToLong(SliceCount::hitsBefore).sum(),
        slices.stream().mapToLong(SliceCount::after).sum(),
        slices.stream().mapToLong(SliceCount::hitsAfter).sum());
  }

  private static List<SliceFinding> rank(List<SliceCount> slices) {
    return SliceSearch.rank(sum(slices), slices, ALPHA, 1).findings();
  }

  @Test
  void the_slice_that_went_wrong_explains_the_change() {
    var slices =
        List.of(
            slice("AL", 5_000, 500, 5_000, 500),
            slice("CA", 1_000, 100, 1_000, 600),
            slice("TX", 4_000, 400, 4_000, 400));
    List<SliceFinding> ranked = rank(slices);
    assertThat(ranked.getFirst().count().value()).isEqualTo("CA");
    assertThat(ranked.getFirst().explained()).isCloseTo(1, within(1e-12));
    assertThat(ranked.getFirst().size()).isCloseTo(0.1, within(1e-12));
    assertThat(ranked.getFirst().extraRate().estimate()).isCloseTo(0.5, within(1e-12));
    assertThat(ranked).filteredOn(SliceFinding::shown).hasSize(1);
  }

  @Test
  void a_slice_that_grew_explains_by_its_share() {
    var slices =
        List.of(slice("usual", 9_900, 990, 9_000, 900), slice("(unusual)", 100, 80, 1_000, 800));
    SliceFinding first = rank(slices).getFirst();
    assertThat(first.count().value()).isEqualTo("(unusual)");
    assertThat(first.byRate()).isZero();
    assertThat(first.byShare()).isPositive();
    assertThat(first.shown()).isTrue();
  }

  @Test
  void a_slice_that_was_not_there_before_explains_by_its_share() {
    var slices = List.of(slice("usual", 9_900, 990, 9_000, 900), slice("new", 0, 0, 1_000, 800));
    SliceFinding first = rank(slices).getFirst();
    assertThat(first.count().value()).isEqualTo("new");
    assertThat(first.shown()).isTrue();
  }

  @Test
  void a_change_that_all_share_has_no_slice() {
    var slices =
        List.of(slice("AL", 5_000, 500, 5_000, 1_000), slice("CA", 1_000, 100, 1_000, 200));
    assertThat(rank(slices)).noneMatch(SliceFinding::shown);
  }

  @Test
  void a_slice_that_explains_less_than_its_size_is_not_shown() {
    // The large one grows a little for sure, and changes as the others do.
    var slices =
        List.of(
            slice("large", 50_000, 10_000, 60_000, 24_000),
            slice("small", 50_000, 5_000, 40_000, 12_000));
    assertThat(rank(slices))
        .filteredOn(slice -> slice.explained() <= slice.size())
        .isNotEmpty()
        .noneMatch(SliceFinding::shown);
  }

  @Test
  void a_slice_that_grew_and_is_like_the_others_is_not_shown() {
    // It grew for sure; that it seems to be a little more frequent in it may be chance.
    var slices =
        List.of(slice("grew", 1_000, 105, 4_000, 860), slice("usual", 9_000, 900, 6_000, 1_200));
    SliceFinding grew =
        rank(slices).stream()
            .filter(slice -> slice.count().value().equals("grew"))
            .findFirst()
            .orElseThrow();
    assertThat(grew.byShare()).isPositive();
    assertThat(grew.explained()).isGreaterThan(grew.size());
    assertThat(grew.shareChange().low()).isPositive();
    assertThat(grew.shown()).isFalse();
  }

  @Test
  void the_parts_of_a_feature_sum_to_the_whole() {
    var slices =
        List.of(
            slice("a", 500, 20, 900, 400),
            slice("b", 100, 90, 0, 0),
            slice("c", 0, 0, 70, 7),
            slice("d", 300, 10, 310, 3));
    assertThat(rank(slices).stream().mapToDouble(SliceFinding::explained).sum())
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void without_a_change_or_one_side_there_is_nothing_to_explain() {
    var same = List.of(slice("a", 10, 1, 10, 1));
    assertThat(rank(same)).isEmpty();
    var oneSided = List.of(slice("a", 10, 1, 0, 0));
    assertThat(rank(oneSided)).isEmpty();
    assertThatThrownBy(() -> slice("a", 1, 2, 0, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("hitsBefore: 2 (expected: 0 to the number of units, 1)");
  }

  /** All slices change alike; 400 looks at 20 slices each. */
  @Test
  void chance_shows_a_slice_no_more_often_than_promised() {
    RandomGenerator random = Randomness.seeded(11);
    int shown = 0;
    int looks = 400;
    for (int look = 0; look < looks; look++) {
      var slices = new ArrayList<SliceCount>();
      for (int i = 0; i < 20; i++) {
        long before = binomial(random, 2_000, 0.05);
        long after = binomial(random, 2_000, 0.05);
        slices.add(
            slice(
                "v" + i,
                before,
                binomial(random, before, 0.1),
                after,
                binomial(random, after, 0.2)));
      }
      shown += rank(slices).stream().anyMatch(SliceFinding::shown) ? 1 : 0;
    }
    // 0.05 and three standard deviations of 400 looks.
    assertThat(shown / (double) looks).isLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / looks));
  }

  @Test
  void intervals_of_more_searches_are_wider_and_all_are_counted() {
    var slices = List.of(slice("a", 500, 50, 500, 250), slice("b", 500, 50, 500, 50));
    SliceRanking one = SliceSearch.rank(sum(slices), slices, ALPHA, 1);
    SliceRanking many = SliceSearch.rank(sum(slices), slices, ALPHA, 200);
    assertThat(one.comparisons()).isEqualTo(7);
    assertThat(many.comparisons()).isEqualTo(1_400);
    assertThat(many.change().low()).isLessThan(one.change().low());
    assertThat(many.change().estimate()).isCloseTo(0.2, within(1e-12));
    assertThat(many.findings().getFirst().extraRate().low())
        .isLessThan(one.findings().getFirst().extraRate().low());
  }

  @Test
  void deviations_are_those_of_the_normal_approximation_and_one_unit_makes_few() {
    // 0.5 against 0.6 of 1,000 each: a difference of 0.1 with a standard deviation of 0.02225.
    assertThat(SliceSearch.deviations(slice("a", 1_000, 500, 1_000, 600)))
        .isCloseTo(0.1 / 0.02225, within(0.02));
    assertThat(SliceSearch.deviations(slice("a", 1_000, 0, 1, 1))).isLessThan(4);
    assertThat(SliceSearch.deviations(slice("a", 1_000, 10, 0, 0))).isZero();
    assertThat(SliceSearch.deviations(slice("a", 10, 10, 20, 20))).isZero();
  }

  /** Nothing changes; of 40 events the one that seems to change most is looked at. */
  @Test
  void choosing_the_event_that_changed_most_shows_no_more_by_chance() {
    RandomGenerator random = Randomness.seeded(12);
    int shown = 0;
    int looks = 100;
    for (int look = 0; look < looks; look++) {
      var chosen = new ArrayList<SliceCount>();
      for (int event = 0; event < 40; event++) {
        var slices = new ArrayList<SliceCount>();
        for (int i = 0; i < 5; i++) {
          slices.add(
              slice("v" + i, 300, binomial(random, 300, 0.3), 300, binomial(random, 300, 0.3)));
        }
        if (chosen.isEmpty()
            || SliceSearch.deviations(sum(slices)) > SliceSearch.deviations(sum(chosen))) {
          chosen.clear();
          chosen.addAll(slices);
        }
      }
      SliceRanking ranking = SliceSearch.rank(sum(chosen), chosen, ALPHA, 40);
      boolean changeIsShown = ranking.change().low() > 0 || ranking.change().high() < 0;
      shown += changeIsShown || ranking.findings().stream().anyMatch(SliceFinding::shown) ? 1 : 0;
    }
    assertThat(shown / (double) looks).isLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / looks));
  }

  private static long binomial(RandomGenerator random, long n, double p) {
    long hits = 0;
    for (long i = 0; i < n; i++) {
      hits += random.nextDouble() < p ? 1 : 0;
    }
    return hits;
  }
}
