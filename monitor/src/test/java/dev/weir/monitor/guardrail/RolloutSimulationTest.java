package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.simulated.Behaviour;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole rollouts against simulated traffic, from slices and samples to the verdict. Each is named
 * by its seed: run the one that failed.
 */
final class RolloutSimulationTest {
  private static final double REQUESTS_PER_SECOND = 400;

  private static BookUnderTest bookWithRollout(Guardrail... guardrails) {
    var test = new BookUnderTest();
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout(guardrails)));
    return test;
  }

  private static SimulatedTraffic traffic(long seed) {
    return new SimulatedTraffic(Randomness.seeded(seed), REQUESTS_PER_SECOND);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void a_canary_that_fails_is_rolled_back_by_error_rate(long seed) {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(seed);
    traffic.canary = Behaviour.SOUND.withErrors(0.3);

    int quarters = test.takeUntilDecided(traffic, 20);

    Verdict verdict = test.decided.getFirst();
    assertThat(quarters).isLessThan(20 * 4);
    assertThat(verdict.getState()).isEqualTo(VerdictState.VIOLATED);
    assertThat(mostOverThreshold(verdict).getGuardrail()).isEqualTo("error_rate");
    assertThat(verdict.getExplanation()).contains("version 2", "error_rate", "errors", "against");
    assertThat(verdict.getExemplarTraceIdsList()).isNotEmpty().allMatch(id -> id.length() == 32);
    assertThat(verdict.getCanaryRequests()).isPositive();
    assertThat(verdict.hasFirstCanaryAt()).isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void a_canary_that_is_slow_is_rolled_back_by_latency(long seed) {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(seed);
    traffic.canary = Behaviour.SOUND.withMedianMillis(20);

    test.takeUntilDecided(traffic, 20);

    assertThat(test.decided).hasSize(1);
    assertThat(mostOverThreshold(test.decided.getFirst()).getGuardrail()).isEqualTo("latency");
    assertThat(test.decided.getFirst().getExplanation()).contains("latency >");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23, 24, 25})
  void a_canary_that_predicts_otherwise_is_rolled_back_by_predicted_class(long seed) {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(seed);
    traffic.canary = Behaviour.SOUND.withClasses(0.15, 0.85);

    test.takeUntilDecided(traffic, 40);

    assertThat(test.decided).hasSize(1);
    Verdict verdict = test.decided.getFirst();
    assertThat(mostOverThreshold(verdict).getGuardrail()).isEqualTo("predicted_class");
    assertThat(verdict.getExplanation()).contains("class ");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {31, 32, 33, 34, 35, 36, 37, 38})
  void a_sound_canary_passes_every_step(long seed) {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(seed);
    double[] shares = {0.05, 0.25, 0.5, 1};
    for (int step = 0; step < shares.length; step++) {
      traffic.step = step;
      traffic.canaryShare = shares[step];
      for (int quarter = 0; quarter < 20 * 4; quarter++) {
        test.take(traffic.next());
      }
      assertThat(test.verdict().getMayProceed()).isTrue();
      assertThat(test.verdict().getRolloutStep()).isEqualTo(step);
    }
    assertThat(test.decided).isEmpty();
  }

  @Test
  void a_step_passes_only_after_its_canary_units_were_seen() {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(41);
    assertThat(test.verdict().getExplanation()).contains("no request of the canary");
    test.take(traffic.next());
    assertThat(test.verdict().getState()).isEqualTo(VerdictState.UNDECIDED);
    assertThat(test.verdict().getExplanation()).contains("of 100 canary units judged in step 1");
  }

  @Test
  void a_step_does_not_pass_while_evidence_grows() {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(42);
    traffic.canary = Behaviour.SOUND.withClasses(0.25, 0.75);
    boolean held = false;
    while (test.decided.isEmpty()) {
      test.take(traffic.next());
      Verdict verdict = test.verdict();
      boolean halfWay = verdict.getReleaseLogE() >= verdict.getLogThreshold() / 2;
      if (halfWay && verdict.getState() == VerdictState.UNDECIDED) {
        held |= verdict.getExplanation().contains("evidence is growing");
      }
      assertThat(halfWay && verdict.getMayProceed()).isFalse();
    }
    assertThat(held).isTrue();
  }

  @Test
  void outcomes_lost_in_one_arm_make_the_experiment_invalid_not_violated() {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(51);
    traffic.canaryShare = 0.5;
    traffic.canaryOutcomesLost = 0.3;
    for (int quarter = 0; quarter < 10 * 4; quarter++) {
      test.take(traffic.next());
    }
    assertThat(test.verdict().getState()).isEqualTo(VerdictState.INVALID);
    assertThat(test.verdict().getExplanation()).contains("canary share", "was drawn");
    assertThat(test.decided).isEmpty();
  }

  @Test
  void samples_lost_in_one_arm_only_keep_predicted_class_from_being_judged() {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(61);
    traffic.canaryShare = 0.25;
    traffic.canarySamplesLost = 0.6;
    for (int quarter = 0; quarter < 20 * 4; quarter++) {
      test.take(traffic.next());
    }
    assertThat(test.decided).isEmpty();
    assertThat(test.verdict().getState()).isEqualTo(VerdictState.UNDECIDED);
    assertThat(test.verdict().getExplanation()).contains("predicted_class cannot be judged");
  }

  @Test
  void a_hold_guardrail_holds_and_the_others_go_on() {
    BookUnderTest test =
        bookWithRollout(
            Guardrail.newBuilder()
                .setName("classes")
                .setWeight(0.5)
                .setAction(Guardrail.Action.HOLD)
                .setPredictedClass(PredictedClass.getDefaultInstance())
                .build(),
            Guardrail.newBuilder()
                .setName("errors")
                .setWeight(0.5)
                .setErrorRate(dev.weir.proto.route.v1.ErrorRate.getDefaultInstance())
                .build());
    SimulatedTraffic traffic = traffic(71);
    traffic.canary = Behaviour.SOUND.withClasses(0.1, 0.9);
    test.takeUntilDecided(traffic, 20);
    assertThat(test.decided).isEmpty();
    assertThat(test.verdict().getState()).isEqualTo(VerdictState.VIOLATED);
    assertThat(test.verdict().getDecisiveGuardrail()).isEqualTo("classes");

    traffic.canary = traffic.canary.withErrors(0.5);
    test.takeUntilDecided(traffic, 20);
    assertThat(test.decided).hasSize(1);
    assertThat(test.decided.getFirst().getDecisiveGuardrail()).isIn("errors", "");
  }

  @Test
  void a_decision_stands_whatever_comes_after_and_harmed_requests_are_still_counted() {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(81);
    traffic.canary = Behaviour.SOUND.withErrors(1);
    test.takeUntilDecided(traffic, 20);
    Verdict decided = test.decided.getFirst();
    traffic.canary = Behaviour.SOUND;
    for (int quarter = 0; quarter < 20; quarter++) {
      test.take(traffic.next());
    }
    Verdict later = test.verdict();
    assertThat(later.getState()).isEqualTo(VerdictState.VIOLATED);
    assertThat(later.getExplanation()).isEqualTo(decided.getExplanation());
    assertThat(later.getCanaryRequests()).isGreaterThan(decided.getCanaryRequests());
    assertThat(test.decided).hasSize(1);
  }

  @Test
  void a_sticky_user_counts_once_however_many_requests_they_make() {
    BookUnderTest test = bookWithRollout();
    SimulatedTraffic traffic = traffic(91);
    traffic.users = 500;
    traffic.canaryShare = 0.5;
    for (int quarter = 0; quarter < 60 * 4; quarter++) {
      test.take(traffic.next());
    }
    GuardrailEvidence errors = test.verdict().getGuardrails(0);
    assertThat(errors.getCanaryUnits() + errors.getBaselineUnits()).isEqualTo(500);
    assertThat(test.verdict().getStepCanaryUnits()).isEqualTo(errors.getCanaryUnits());
  }

  @Test
  void a_rollout_that_the_registry_ended_gets_no_more_verdicts() {
    BookUnderTest test = bookWithRollout();
    test.take(traffic(95).next());
    assertThat(test.book.verdicts()).hasSize(1);
    test.book.follow(
        BookUnderTest.snapshot(
            BookUnderTest.rollout().toBuilder().setState(RolloutState.ABORTED).build()));
    assertThat(test.book.verdicts()).isEmpty();
  }

  private static GuardrailEvidence mostOverThreshold(Verdict verdict) {
    return verdict.getGuardrailsList().stream()
        .max((a, b) ->
            Double.compare(
                a.getMaxLogE() - a.getLogThreshold(), b.getMaxLogE() - b.getLogThreshold()))
        .orElseThrow();
  }
}
