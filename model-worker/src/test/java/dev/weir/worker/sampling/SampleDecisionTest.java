package dev.weir.worker.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class SampleDecisionTest {
  @Test
  void all_or_nothing_at_the_ends() {
    RandomGenerator random = Randomness.seeded(1);
    for (int i = 0; i < 10_000; i++) {
      long unit = random.nextLong();
      assertThat(SampleDecision.keeps(1, unit)).isTrue();
      assertThat(SampleDecision.keeps(0, unit)).isFalse();
    }
  }

  @Test
  void the_share_kept_is_the_rate_whatever_bits_of_the_unit_decided_its_arm() {
    RandomGenerator random = Randomness.seeded(2);
    int[] kept = new int[2];
    int[] seen = new int[2];
    for (int i = 0; i < 200_000; i++) {
      long unit = random.nextLong();
      // arms as a router may cut them out of a sticky unit: by its highest bits
      int arm = Long.compareUnsigned(unit, -1L >>> 4) < 0 ? 1 : 0;
      seen[arm]++;
      kept[arm] += SampleDecision.keeps(0.1, unit) ? 1 : 0;
    }
    for (int arm = 0; arm < 2; arm++) {
      double share = (double) kept[arm] / seen[arm];
      double fiveSigma = 5 * Math.sqrt(0.1 * 0.9 / seen[arm]);
      assertThat(share).isBetween(0.1 - fiveSigma, 0.1 + fiveSigma);
    }
  }

  @Test
  void the_mixing_is_the_published_one_so_that_releases_keep_the_same_units() {
    // the first outputs of SplitMix64 seeded with 0, from its authors' reference implementation
    assertThat(SampleDecision.mix(0)).isEqualTo(0xe220_a839_7b1d_cdafL);
    assertThat(SampleDecision.mix(0x9e37_79b9_7f4a_7c15L)).isEqualTo(0x6e78_9e6a_a1b9_65f4L);
  }
}
