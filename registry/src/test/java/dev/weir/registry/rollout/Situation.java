package dev.weir.registry.rollout;

import static dev.weir.registry.rollout.Rollouts.HOLD_GUARDRAIL;
import static dev.weir.registry.rollout.Rollouts.ROLLBACK_GUARDRAIL;
import static dev.weir.registry.rollout.Rollouts.fleet;
import static dev.weir.registry.rollout.Rollouts.verdict;
import static dev.weir.registry.rollout.Rollouts.violated;

import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.proto.worker.v1.VersionState;
import java.util.Optional;
import java.util.function.Function;

/** Every kind of thing that can happen to a rollout, once. */
enum Situation {
  LOADED("all ready workers have the canary; no verdict", r -> seen(fleet(VersionState.AVAILABLE))),
  NO_WORKER("no worker is ready; no verdict", r -> seen(FleetView.EMPTY)),
  LOADING(
      "one of two workers still loads the canary",
      r -> seen(fleet(VersionState.AVAILABLE, VersionState.LOADING))),
  LOAD_FAILED(
      "one of two workers cannot load the canary",
      r -> seen(fleet(VersionState.AVAILABLE, VersionState.LOAD_FAILED))),
  PASSING("verdict PASSING for this step", r -> judged(verdict(VerdictState.PASSING, r.getStep()))),
  PASSING_BEFORE(
      "verdict PASSING for another step",
      r -> judged(verdict(VerdictState.PASSING, r.getStep() + 1))),
  NOTHING_WRONG(
      "verdict UNDECIDED for this step, nothing wrong and enough seen",
      r ->
          judged(
              verdict(VerdictState.UNDECIDED, r.getStep()).toBuilder()
                  .setMayProceed(true)
                  .build())),
  UNDECIDED("verdict UNDECIDED", r -> judged(verdict(VerdictState.UNDECIDED, r.getStep()))),
  VIOLATED("verdict VIOLATED", r -> judged(violated(ROLLBACK_GUARDRAIL, r.getStep()))),
  VIOLATED_HOLD(
      "verdict VIOLATED by HOLD guardrails alone",
      r -> judged(violated(HOLD_GUARDRAIL, r.getStep()))),
  INVALID("verdict INVALID", r -> judged(verdict(VerdictState.INVALID, r.getStep()))),
  PAUSE("operator: pause", r -> steered(RolloutEvent.Command.PAUSE)),
  RESUME("operator: resume", r -> steered(RolloutEvent.Command.RESUME)),
  PROMOTE("operator: promote", r -> steered(RolloutEvent.Command.PROMOTE)),
  ABORT("operator: abort", r -> steered(RolloutEvent.Command.ABORT));

  final String text;
  private final Function<Rollout, RolloutEvent> event;

  Situation(String text, Function<Rollout, RolloutEvent> event) {
    this.text = text;
    this.event = event;
  }

  RolloutEvent event(Rollout rollout) {
    return event.apply(rollout);
  }

  private static RolloutEvent seen(FleetView fleet) {
    return new RolloutEvent.Observed(fleet, Optional.empty());
  }

  private static RolloutEvent judged(Verdict verdict) {
    return new RolloutEvent.Observed(fleet(VersionState.AVAILABLE), Optional.of(verdict));
  }

  private static RolloutEvent steered(RolloutEvent.Command command) {
    return new RolloutEvent.Steered(command, "ada", "because");
  }
}
