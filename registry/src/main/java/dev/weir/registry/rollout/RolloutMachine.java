package dev.weir.registry.rollout;

import dev.weir.platform.error.Check;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rollout state machine. {@link #decide} says what an event leads to and changes nothing;
 * {@link #apply} alone changes a rollout, by a record that is already durable. Both are functions
 * of their arguments. One method per state below; {@code docs/registry.md} has the table of all
 * transitions, compared with this code by a test.
 */
public final class RolloutMachine {
  private static final int ALL_TRAFFIC = 10_000;
  private static final Verdict NO_VERDICT = Verdict.getDefaultInstance();

  private RolloutMachine() {}

  /** What an event at {@code now} (wall clock) leads to. */
  public static Decision decide(Rollout rollout, RolloutEvent event, Instant now) {
    return switch (rollout.getState()) {
      case PREPARING -> preparing(rollout, event, now);
      case PROGRESSING -> progressing(rollout, event, now);
      case PAUSED -> paused(rollout, event, now);
      case COMPLETED, ROLLED_BACK, FAILED, ABORTED -> over(rollout, event);
      case ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("rollout without a state: " + rollout);
    };
  }

  private static Decision preparing(Rollout rollout, RolloutEvent event, Instant now) {
    return switch (event) {
      // no request has reached the canary, so no verdict can be about it
      case RolloutEvent.Observed(var fleet, var ignored) -> prepared(rollout, fleet, now);
      case RolloutEvent.Steered steered ->
          switch (steered.command()) {
            case ABORT -> abort(rollout, steered, now);
            case PAUSE, RESUME, PROMOTE ->
                refused(
                    rollout,
                    steered,
                    "no request reaches the canary yet; abort it, or wait until workers have it");
          };
    };
  }

  private static Decision prepared(Rollout rollout, FleetView fleet, Instant now) {
    VersionId canary = canary(rollout);
    var failure = fleet.loadFailure(canary);
    if (failure.isPresent()) {
      return new Decision.Change(
          new RolloutRecord.Failed("could not be loaded by " + failure.get(), now));
    }
    if (fleet.allReadyHave(canary)) {
      return new Decision.Change(
          new RolloutRecord.StepEntered(
              0,
              NO_VERDICT,
              "all " + fleet.ready().size() + " ready workers have " + canary + " available",
              now));
    }
    Duration limit = ProtoTimes.duration(rollout.getSpec().getPrepareTimeout());
    if (!now.isBefore(enteredAt(rollout).plus(limit))) {
      return new Decision.Change(
          new RolloutRecord.Failed(
              "not available within "
                  + Check.show(limit)
                  + " (prepare_timeout): "
                  + fleet.missing(canary),
              now));
    }
    return new Decision.Wait("workers: " + fleet.missing(canary));
  }

  private static Decision progressing(Rollout rollout, RolloutEvent event, Instant now) {
    return switch (event) {
      case RolloutEvent.Observed(var fleet, var newest) -> {
        Decision byEvidence =
            newest
                .map(verdict -> judged(rollout, verdict, now))
                .orElse(new Decision.Wait("a fresh verdict: the monitor is not heard"));
        if (byEvidence instanceof Decision.Change) {
          yield byEvidence;
        }
        yield stepDone(rollout, fleet, newest.orElse(NO_VERDICT), byEvidence, now);
      }
      case RolloutEvent.Steered steered ->
          switch (steered.command()) {
            case PAUSE ->
                new Decision.Change(
                    new RolloutRecord.Paused(NO_VERDICT, by("paused", steered), now));
            case RESUME -> refused(rollout, steered, "it is not paused; nothing to do");
            case PROMOTE -> next(rollout, NO_VERDICT, by("promoted", steered), now);
            case ABORT -> abort(rollout, steered, now);
          };
    };
  }

  private static Decision paused(Rollout rollout, RolloutEvent event, Instant now) {
    return switch (event) {
      case RolloutEvent.Observed(var fleet, var newest) ->
          newest
              .map(verdict -> rolledBack(rollout, verdict, now))
              .orElse(new Decision.Wait("an operator: resume, promote or abort"));
      case RolloutEvent.Steered steered ->
          switch (steered.command()) {
            case PAUSE -> refused(rollout, steered, "it is paused already; nothing to do");
            case RESUME ->
                new Decision.Change(
                    new RolloutRecord.Resumed(overruledBy(rollout), by("resumed", steered), now));
            case PROMOTE -> next(rollout, NO_VERDICT, by("promoted", steered), now);
            case ABORT -> abort(rollout, steered, now);
          };
    };
  }

  private static Decision over(Rollout rollout, RolloutEvent event) {
    return switch (event) {
      case RolloutEvent.Observed(var fleet, var newest) -> new Decision.Wait("");
      case RolloutEvent.Steered steered ->
          refused(rollout, steered, "it is over; start another rollout");
    };
  }

  /** What a verdict alone leads to while the rollout makes progress. */
  private static Decision judged(Rollout rollout, Verdict verdict, Instant now) {
    return switch (EvidenceReading.of(rollout.getSpec(), verdict)) {
      case EvidenceReading.RollBack(var because) ->
          new Decision.Change(new RolloutRecord.RolledBack(verdict, because, now));
      case EvidenceReading.Hold(var causes, var because) ->
          rollout.getOverruledList().containsAll(causes)
              ? new Decision.Wait("an operator's promote or abort: " + because)
              : new Decision.Change(new RolloutRecord.Paused(verdict, because, now));
      case EvidenceReading.Undecided(var because) -> new Decision.Wait("evidence: " + because);
      case EvidenceReading.MayProceed(int step) ->
          step == rollout.getStep()
              ? new Decision.Wait("")
              : new Decision.Wait(
                  "a verdict about this step: the newest is about step " + (step + 1));
    };
  }

  /** In PAUSED only a violation that rolls back acts by itself. */
  private static Decision rolledBack(Rollout rollout, Verdict verdict, Instant now) {
    return EvidenceReading.of(rollout.getSpec(), verdict) instanceof EvidenceReading.RollBack rb
        ? new Decision.Change(new RolloutRecord.RolledBack(verdict, rb.because(), now))
        : new Decision.Wait("an operator: resume, promote or abort");
  }

  /** Goes on when time, evidence and fleet all allow it; else says what is missing. */
  private static Decision stepDone(
      Rollout rollout, FleetView fleet, Verdict verdict, Decision byEvidence, Instant now) {
    var waits = new ArrayList<String>();
    RolloutStep step = rollout.getSpec().getSteps(rollout.getStep());
    Instant earliest = enteredAt(rollout).plus(ProtoTimes.duration(step.getMinDuration()));
    if (now.isBefore(earliest)) {
      // a time, not what is left of it: the text stays the same while nothing happens
      waits.add("time: not before " + earliest.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1));
    }
    if (byEvidence instanceof Decision.Wait(var waitingFor) && !waitingFor.isEmpty()) {
      waits.add(waitingFor);
    }
    if (!fleet.anyReadyHas(canary(rollout))) {
      waits.add("workers: " + fleet.missing(canary(rollout)));
    }
    return waits.isEmpty()
        ? next(
            rollout,
            verdict,
            String.format(
                Locale.ROOT,
                "nothing wrong with %,d canary units in step %d",
                verdict.getStepCanaryUnits(),
                rollout.getStep() + 1),
            now)
        : new Decision.Wait(String.join("; ", waits));
  }

  private static Decision next(Rollout rollout, Verdict verdict, String reason, Instant now) {
    int next = rollout.getStep() + 1;
    return new Decision.Change(
        next < rollout.getSpec().getStepsCount()
            ? new RolloutRecord.StepEntered(next, verdict, reason, now)
            : new RolloutRecord.Completed(verdict, reason, now));
  }

  private static Decision abort(Rollout rollout, RolloutEvent.Steered steered, Instant now) {
    return new Decision.Change(new RolloutRecord.Aborted(by("aborted", steered), now));
  }

  private static Decision refused(Rollout rollout, RolloutEvent.Steered steered, String why) {
    return new Decision.Refused(
        Refusal.notNow(
            "rollout "
                + rollout.getId()
                + ": "
                + steered.command()
                + " in state "
                + rollout.getState()
                + " is refused: "
                + why));
  }

  private static String by(String what, RolloutEvent.Steered steered) {
    return what
        + " by "
        + steered.actor()
        + (steered.reason().isEmpty() ? "" : ": " + steered.reason());
  }

  /** What holds the rollout now, added to what was overruled before. */
  private static List<String> overruledBy(Rollout rollout) {
    var overruled = new ArrayList<>(rollout.getOverruledList());
    if (rollout.hasVerdict()
        && EvidenceReading.of(rollout.getSpec(), rollout.getVerdict())
            instanceof EvidenceReading.Hold(var causes, var because)) {
      causes.stream().filter(cause -> !overruled.contains(cause)).forEach(overruled::add);
    }
    return overruled;
  }

  /** The rollout after a record. Each record is one revision. */
  public static Rollout apply(Rollout rollout, RolloutRecord record) {
    if (record instanceof RolloutRecord.Started(var started)) {
      return started;
    }
    if (isOver(rollout.getState())) {
      throw new IllegalStateException(record.action() + " after " + rollout.getState());
    }
    var entered = ProtoTimes.timestamp(record.at());
    Rollout.Builder after =
        rollout.toBuilder()
            .setReason(record.reason())
            .setEnteredAt(entered)
            .setWaitingFor("")
            .setRevision(rollout.getRevision() + 1);
    switch (record) {
      case RolloutRecord.Started s -> throw new IllegalStateException("handled above");
      case RolloutRecord.StepEntered(int step, var verdict, var reason, var at) -> {
        after.setState(RolloutState.PROGRESSING).setStep(step);
        keep(after, verdict);
      }
      case RolloutRecord.Paused(var verdict, var reason, var at) -> {
        after.setState(RolloutState.PAUSED);
        // a pause by hand is not one by evidence: resuming must overrule nothing
        if (verdict.equals(NO_VERDICT)) {
          after.clearVerdict();
        } else {
          after.setVerdict(verdict);
        }
      }
      case RolloutRecord.Resumed(var overruled, var reason, var at) ->
          after.setState(RolloutState.PROGRESSING).clearOverruled().addAllOverruled(overruled);
      case RolloutRecord.Completed(var verdict, var reason, var at) -> {
        after.setState(RolloutState.COMPLETED).setEndedAt(entered);
        keep(after, verdict);
      }
      case RolloutRecord.RolledBack(var verdict, var reason, var at) -> {
        after.setState(RolloutState.ROLLED_BACK).setEndedAt(entered);
        keep(after, verdict);
      }
      case RolloutRecord.Failed(var reason, var at) ->
          after.setState(RolloutState.FAILED).setEndedAt(entered);
      case RolloutRecord.Aborted(var reason, var at) ->
          after.setState(RolloutState.ABORTED).setEndedAt(entered);
    }
    return after.build();
  }

  private static void keep(Rollout.Builder after, Verdict verdict) {
    if (!verdict.equals(NO_VERDICT)) {
      after.setVerdict(verdict);
    }
  }

  /** True in the states that nothing leads out of. */
  public static boolean isOver(RolloutState state) {
    return switch (state) {
      case COMPLETED, ROLLED_BACK, FAILED, ABORTED -> true;
      case PREPARING, PROGRESSING, PAUSED -> false;
      case ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("no state of a rollout: " + state);
    };
  }

  /** The canary's share of the traffic now, basis points. */
  public static int canaryBasisPoints(Rollout rollout) {
    return switch (rollout.getState()) {
      case PREPARING, FAILED, ABORTED, ROLLED_BACK -> 0;
      case PROGRESSING, PAUSED ->
          rollout.getSpec().getSteps(rollout.getStep()).getCanaryBasisPoints();
      case COMPLETED -> ALL_TRAFFIC;
      case ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("rollout without a state: " + rollout);
    };
  }

  private static Instant enteredAt(Rollout rollout) {
    return ProtoTimes.instant(rollout.getEnteredAt());
  }

  private static VersionId canary(Rollout rollout) {
    return VersionId.parse(
        "model", rollout.getModel(), "canary_version", rollout.getSpec().getCanaryVersion());
  }
}
