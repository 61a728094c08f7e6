package dev.weir.registry.rollout;

import static dev.weir.registry.rollout.Rollouts.HOLD_GUARDRAIL;
import static dev.weir.registry.rollout.Rollouts.ROLLBACK_GUARDRAIL;
import static dev.weir.registry.rollout.Rollouts.START;
import static dev.weir.registry.rollout.Rollouts.fleet;
import static dev.weir.registry.rollout.Rollouts.inStep;
import static dev.weir.registry.rollout.Rollouts.started;
import static dev.weir.registry.rollout.Rollouts.verdict;
import static dev.weir.registry.rollout.Rollouts.violated;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.registry.outcome.Refusal;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RolloutMachineTest {
  private static final Instant LATER = START.plus(Rollouts.MIN_DURATION);

  private static RolloutEvent seen(FleetView fleet, Verdict... newest) {
    return new RolloutEvent.Observed(
        fleet, newest.length == 0 ? Optional.empty() : Optional.of(newest[0]));
  }

  private static RolloutEvent judged(Verdict verdict) {
    return seen(fleet(VersionState.AVAILABLE), verdict);
  }

  private static RolloutEvent steered(RolloutEvent.Command command) {
    return new RolloutEvent.Steered(command, "ada", "lunch");
  }

  private static Rollout after(Rollout rollout, RolloutEvent event, Instant now) {
    Decision decision = RolloutMachine.decide(rollout, event, now);
    assertThat(decision).isInstanceOf(Decision.Change.class);
    return RolloutMachine.apply(rollout, ((Decision.Change) decision).record());
  }

  private static String waits(Rollout rollout, RolloutEvent event, Instant now) {
    Decision decision = RolloutMachine.decide(rollout, event, now);
    assertThat(decision).isInstanceOf(Decision.Wait.class);
    return ((Decision.Wait) decision).waitingFor();
  }

  @Test
  void no_traffic_before_every_ready_worker_has_the_canary() {
    Rollout rollout = started(500, 10_000);
    assertThat(waits(rollout, seen(FleetView.EMPTY), START))
        .isEqualTo("workers: no worker is ready");
    assertThat(waits(rollout, seen(fleet(VersionState.AVAILABLE, VersionState.LOADING)), START))
        .isEqualTo(
            "workers: 1 of 2 ready workers do not have fraud/2 available: worker-2 (loading)");
    Rollout ready =
        after(rollout, seen(fleet(VersionState.AVAILABLE, VersionState.AVAILABLE)), START);
    assertThat(ready.getState()).isEqualTo(RolloutState.PROGRESSING);
    assertThat(ready.getStep()).isZero();
    assertThat(ready.getRevision()).isEqualTo(2);
    assertThat(RolloutMachine.canaryBasisPoints(ready)).isEqualTo(500);
  }

  @Test
  void a_version_that_cannot_load_fails_the_rollout_before_any_request_reaches_it() {
    Rollout failed =
        after(
            started(500, 10_000),
            seen(fleet(VersionState.AVAILABLE, VersionState.LOAD_FAILED)),
            START);
    assertThat(failed.getState()).isEqualTo(RolloutState.FAILED);
    assertThat(failed.getReason()).isEqualTo("could not be loaded by worker-2: cut short");
    assertThat(RolloutMachine.canaryBasisPoints(failed)).isZero();
  }

  @Test
  void preparing_ends_at_its_timeout_to_the_nanosecond() {
    Rollout rollout = started(500, 10_000);
    Instant end = START.plus(Rollouts.PREPARE_TIMEOUT);
    assertThat(waits(rollout, seen(FleetView.EMPTY), end.minusNanos(1))).isNotEmpty();
    Rollout failed = after(rollout, seen(FleetView.EMPTY), end);
    assertThat(failed.getState()).isEqualTo(RolloutState.FAILED);
    assertThat(failed.getReason())
        .isEqualTo("not available within 1m (prepare_timeout): no worker is ready");
  }

  @Test
  void the_next_step_needs_time_and_evidence_and_a_worker_and_says_which_is_missing() {
    Rollout rollout = inStep(0, 500, 10_000);
    assertThat(waits(rollout, seen(FleetView.EMPTY), START))
        .isEqualTo(
            "time: not before 2026-01-01T00:00:11Z; a fresh verdict: the monitor is not heard;"
                + " workers: no worker is ready");
    assertThat(waits(rollout, judged(verdict(VerdictState.PASSING, 0)), LATER.minusNanos(1)))
        .startsWith("time: ");
    assertThat(waits(rollout, judged(verdict(VerdictState.UNDECIDED, 0)), LATER))
        .isEqualTo("evidence: the monitor has not seen enough");
    assertThat(waits(rollout, judged(verdict(VerdictState.PASSING, 1)), LATER))
        .startsWith("a verdict about this step");
    assertThat(after(rollout, judged(verdict(VerdictState.PASSING, 0)), LATER).getStep())
        .isEqualTo(1);
  }

  @Test
  void the_last_step_completes() {
    Rollout done = after(inStep(1, 500, 10_000), judged(verdict(VerdictState.PASSING, 1)), LATER);
    assertThat(done.getState()).isEqualTo(RolloutState.COMPLETED);
    assertThat(done.hasEndedAt()).isTrue();
  }

  @Test
  void a_violation_rolls_back_at_once_with_its_evidence() {
    Verdict verdict = violated(ROLLBACK_GUARDRAIL, 0);
    Rollout back = after(inStep(0, 500, 10_000), judged(verdict), START);
    assertThat(back.getState()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(back.getVerdict()).isEqualTo(verdict);
    assertThat(back.getReason()).isEqualTo("error_rate: 12 of 20");
  }

  @Test
  void a_violation_of_an_unknown_guardrail_rolls_back() {
    assertThat(after(inStep(0, 500, 10_000), judged(violated("who_knows", 0)), START).getState())
        .isEqualTo(RolloutState.ROLLED_BACK);
  }

  @Test
  void a_violated_hold_guardrail_rolls_back_when_the_release_as_a_whole_is_over_its_budget() {
    Verdict both = violated(HOLD_GUARDRAIL, 0).toBuilder().setReleaseLogE(7).build();
    assertThat(after(inStep(0, 500, 10_000), judged(both), START).getState())
        .isEqualTo(RolloutState.ROLLED_BACK);
  }

  @Test
  void a_hold_pauses_once_and_resuming_overrules_it_but_only_people_take_the_next_step() {
    Verdict hold = violated(HOLD_GUARDRAIL, 0);
    Rollout paused = after(inStep(0, 500, 10_000), judged(hold), START);
    assertThat(paused.getState()).isEqualTo(RolloutState.PAUSED);
    Rollout resumed = after(paused, steered(RolloutEvent.Command.RESUME), LATER);
    assertThat(resumed.getState()).isEqualTo(RolloutState.PROGRESSING);
    assertThat(resumed.getOverruledList()).containsExactly(HOLD_GUARDRAIL);
    assertThat(waits(resumed, judged(hold), LATER.plusSeconds(60)))
        .startsWith("an operator's promote or abort");
    assertThat(after(resumed, steered(RolloutEvent.Command.PROMOTE), LATER).getStep()).isEqualTo(1);
    assertThat(after(resumed, judged(violated(ROLLBACK_GUARDRAIL, 0)), LATER).getState())
        .isEqualTo(RolloutState.ROLLED_BACK);
  }

  @Test
  void a_pause_by_hand_overrules_nothing() {
    Rollout paused = after(inStep(0, 500, 10_000), steered(RolloutEvent.Command.PAUSE), START);
    assertThat(paused.getReason()).isEqualTo("paused by ada: lunch");
    assertThat(RolloutMachine.canaryBasisPoints(paused)).isEqualTo(500);
    Rollout resumed = after(paused, steered(RolloutEvent.Command.RESUME), LATER);
    assertThat(resumed.getOverruledList()).isEmpty();
    assertThat(after(resumed, judged(violated(HOLD_GUARDRAIL, 0)), LATER).getState())
        .isEqualTo(RolloutState.PAUSED);
  }

  @Test
  void a_broken_experiment_pauses() {
    Rollout paused = after(inStep(0, 500, 10_000), judged(verdict(VerdictState.INVALID, 0)), START);
    assertThat(paused.getState()).isEqualTo(RolloutState.PAUSED);
    assertThat(after(paused, steered(RolloutEvent.Command.RESUME), LATER).getOverruledList())
        .containsExactly("sample_ratio");
  }

  @Test
  void a_paused_rollout_still_rolls_back() {
    Rollout paused = after(inStep(0, 500, 10_000), steered(RolloutEvent.Command.PAUSE), START);
    assertThat(after(paused, judged(violated(ROLLBACK_GUARDRAIL, 0)), LATER).getState())
        .isEqualTo(RolloutState.ROLLED_BACK);
  }

  @Test
  void refusals_say_what_is_wrong_and_what_to_do() {
    Decision decision =
        RolloutMachine.decide(started(500, 10_000), steered(RolloutEvent.Command.PROMOTE), START);
    assertThat(decision)
        .isEqualTo(
            new Decision.Refused(
                Refusal.notNow(
                    "rollout r1: PROMOTE in state PREPARING is refused: no request reaches the"
                        + " canary yet; abort it, or wait until workers have it")));
  }
}
