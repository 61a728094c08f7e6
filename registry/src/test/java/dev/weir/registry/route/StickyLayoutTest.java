package dev.weir.registry.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.BucketRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StickyLayoutTest {
  private static final List<String> NAMES = List.of("baseline", "canary", "a", "b", "c");

  @Test
  void a_raised_weight_only_adds_buckets_and_layouts_stay_compact() {
    List<BucketRange> layout = StickyLayout.relayout(List.of(), Map.of("baseline", 10_000));
    assertThat(layout).hasSize(1);
    List<String> before = owners(layout);
    for (int canary : new int[] {1, 500, 2_500, 5_000, 9_999, 10_000}) {
      layout =
          StickyLayout.relayout(layout, weights("baseline", 10_000 - canary, "canary", canary));
      List<String> after = owners(layout);
      for (int bucket = 0; bucket < StickyLayout.BUCKETS; bucket++) {
        if (before.get(bucket).equals("canary")) {
          assertThat(after.get(bucket)).isEqualTo("canary");
        }
      }
      assertThat(layout.size()).isLessThanOrEqualTo(2);
      before = after;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void over_random_histories_only_raised_variants_gain_and_only_lowered_ones_lose(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    Map<String, Integer> weights = randomWeights(random);
    List<BucketRange> layout = StickyLayout.relayout(List.of(), weights);
    for (int change = 0; change < 40; change++) {
      Map<String, Integer> next = randomWeights(random);
      List<BucketRange> after = StickyLayout.relayout(layout, next);
      assertLaidOut(after, next);
      assertOnlyNeededMoves(owners(layout), owners(after), weights, next);
      layout = after;
      weights = next;
    }
  }

  @Test
  void the_same_weights_change_nothing() {
    Map<String, Integer> weights = weights("baseline", 7_000, "canary", 3_000);
    List<BucketRange> layout = StickyLayout.relayout(List.of(), weights);
    assertThat(StickyLayout.relayout(layout, weights)).isEqualTo(layout);
  }

  @Test
  void weights_that_do_not_cover_all_buckets_are_a_bug_of_the_caller() {
    assertThatThrownBy(() -> StickyLayout.relayout(List.of(), Map.of("a", 9_999)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("9999");
  }

  private static void assertLaidOut(List<BucketRange> layout, Map<String, Integer> weights) {
    int next = 0;
    var owned = new LinkedHashMap<String, Integer>();
    for (BucketRange range : layout) {
      assertThat(range.getFirst()).isEqualTo(next);
      assertThat(range.getEnd()).isGreaterThan(range.getFirst());
      owned.merge(range.getVariant(), range.getEnd() - range.getFirst(), Integer::sum);
      next = range.getEnd();
    }
    assertThat(next).isEqualTo(StickyLayout.BUCKETS);
    weights.forEach(
        (name, weight) -> assertThat(owned.getOrDefault(name, 0)).as(name).isEqualTo(weight));
  }

  private static void assertOnlyNeededMoves(
      List<String> before,
      List<String> after,
      Map<String, Integer> weightsBefore,
      Map<String, Integer> weightsAfter) {
    int moved = 0;
    for (int bucket = 0; bucket < StickyLayout.BUCKETS; bucket++) {
      String from = before.get(bucket);
      String to = after.get(bucket);
      if (!from.equals(to)) {
        moved++;
        assertThat(weightsAfter.getOrDefault(from, 0)).isLessThan(weightsBefore.get(from));
        assertThat(weightsAfter.get(to)).isGreaterThan(weightsBefore.getOrDefault(to, 0));
      }
    }
    int raises =
        weightsAfter.entrySet().stream()
            .mapToInt(e -> Math.max(0, e.getValue() - weightsBefore.getOrDefault(e.getKey(), 0)))
            .sum();
    assertThat(moved).isEqualTo(raises);
  }

  private static Map<String, Integer> randomWeights(RandomGenerator random) {
    var names = new ArrayList<>(NAMES.subList(0, random.nextInt(1, NAMES.size() + 1)));
    var weights = new LinkedHashMap<String, Integer>();
    int left = StickyLayout.BUCKETS;
    while (names.size() > 1) {
      int weight = random.nextInt(4) == 0 ? 0 : random.nextInt(left + 1);
      weights.put(names.removeFirst(), weight);
      left -= weight;
    }
    weights.put(names.getFirst(), left);
    return weights;
  }

  private static Map<String, Integer> weights(String one, int first, String other, int second) {
    var weights = new LinkedHashMap<String, Integer>();
    weights.put(one, first);
    weights.put(other, second);
    return weights;
  }

  private static List<String> owners(List<BucketRange> layout) {
    var owners = new ArrayList<String>();
    for (BucketRange range : layout) {
      for (int bucket = range.getFirst(); bucket < range.getEnd(); bucket++) {
        owners.add(range.getVariant());
      }
    }
    return owners;
  }
}
