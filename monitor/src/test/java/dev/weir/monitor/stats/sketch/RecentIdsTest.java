package dev.weir.monitor.stats.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RecentIdsTest {
  private static long id(int number) {
    return RecentIds.hash(7, "request-" + number);
  }

  @Test
  void an_id_that_came_among_the_newest_is_known() {
    var recent = new RecentIds(1_000);
    for (int i = 0; i < 20_000; i++) {
      recent.offer(id(i));
      int before = Math.max(0, i - 450);
      assertThat(recent.offer(id(before))).as("%d after %d", before, i).isTrue();
    }
  }

  @Test
  void an_id_that_came_long_ago_is_forgotten_and_a_new_one_is_seldom_taken_for_known() {
    var recent = new RecentIds(1 << 14);
    int known = 0;
    int news = 1 << 19;
    for (int i = 0; i < news; i++) {
      known += recent.offer(id(i)) ? 1 : 0;
    }
    assertThat((double) known / news).isBetween(0.0001, RecentIds.FALSE_POSITIVES);
    assertThat(recent.offer(id(3))).isFalse();
  }

  @Test
  void ids_of_different_owners_are_different() {
    assertThat(RecentIds.hash(1, "a")).isNotEqualTo(RecentIds.hash(2, "a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RecentIds(0))
        .withMessage("capacity: 0 (expected: 1 to 100000000)");
  }
}
