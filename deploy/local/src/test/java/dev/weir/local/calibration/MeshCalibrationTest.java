package dev.weir.local.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.proto.route.v1.RolloutState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The calibration itself: that what it runs is a rollout, and that its intervals are right. */
final class MeshCalibrationTest {
  @ParameterizedTest
  @EnumSource(Conditions.class)
  void sound_canaries_go_through_every_step(Conditions conditions) {
    int completed = 0;
    for (int seed = 0; seed < 5; seed++) {
      var result = new SimulatedRollout(conditions, seed).run();
      completed += result.state() == RolloutState.COMPLETED ? 1 : 0;
      assertThat(result.requests()).isGreaterThan(5_000);
    }
    assertThat(completed).isGreaterThanOrEqualTo(4);
  }

  @Test
  void a_seed_run_twice_is_the_same_rollout() {
    assertThat(new SimulatedRollout(Conditions.ROUGH, 7).run())
        .isEqualTo(new SimulatedRollout(Conditions.ROUGH, 7).run());
  }

  @Test
  void intervals_are_those_of_clopper_and_pearson() {
    // R 4: binom.test(8, 24000)$conf.int and binom.test(0, 20000)$conf.int
    assertThat(Binomial.lowerLimit(0, 20_000)).isZero();
    assertThat(Binomial.upperLimit(0, 20_000)).isCloseTo(1.844e-4, within(1e-6));
    assertThat(Binomial.lowerLimit(8, 24_000)).isCloseTo(1.439e-4, within(1e-6));
    assertThat(Binomial.upperLimit(8, 24_000)).isCloseTo(6.567e-4, within(1e-6));
  }
}
