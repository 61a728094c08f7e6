package dev.weir.registry.rollout;

import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.registry.model.ProtoTimes;
import java.time.Instant;
import java.util.List;

/**
 * One durable change of a rollout. Applying a rollout's records in order gives its state; nothing
 * else does. Its wire form is a {@link Rollout} that holds only what the record says, its kind is
 * the audit log's action word.
 */
public sealed interface RolloutRecord {
  /** When it was decided. */
  Instant at();

  /** Why, for people: the rollout's reason from now on. */
  String reason();

  /** The rollout begins. */
  record Started(Rollout rollout) implements RolloutRecord {
    @Override
    public Instant at() {
      return ProtoTimes.instant(rollout.getCreatedAt());
    }

    @Override
    public String reason() {
      return rollout.getReason();
    }
  }

  /** The canary gets the share of this step (from 0). */
  record StepEntered(int step, Verdict verdict, String reason, Instant at)
      implements RolloutRecord {}

  /** The share stays until an operator decides. */
  record Paused(Verdict verdict, String reason, Instant at) implements RolloutRecord {}

  /**
   * The step begins anew.
   *
   * @param overruled everything that operators have overruled so far
   */
  record Resumed(List<String> overruled, String reason, Instant at) implements RolloutRecord {
    public Resumed {
      overruled = List.copyOf(overruled);
    }
  }

  /** The canary is the champion. */
  record Completed(Verdict verdict, String reason, Instant at) implements RolloutRecord {}

  /** The evidence was against the canary. */
  record RolledBack(Verdict verdict, String reason, Instant at) implements RolloutRecord {}

  /** The version could not be brought into service. */
  record Failed(String reason, Instant at) implements RolloutRecord {}

  /** An operator ended it. */
  record Aborted(String reason, Instant at) implements RolloutRecord {}

  /** The audit log's word for it. */
  default String action() {
    return switch (this) {
      case Started s -> "rollout.started";
      case StepEntered s -> "rollout.step_entered";
      case Paused p -> "rollout.paused";
      case Resumed r -> "rollout.resumed";
      case Completed c -> "rollout.completed";
      case RolledBack r -> "rollout.rolled_back";
      case Failed f -> "rollout.failed";
      case Aborted a -> "rollout.aborted";
    };
  }

  /** The wire form. */
  default Rollout toProto() {
    return switch (this) {
      case Started(var rollout) -> rollout;
      case StepEntered(int step, var verdict, var reason, var at) ->
          part(RolloutState.PROGRESSING, verdict, reason, at).setStep(step).build();
      case Paused(var verdict, var reason, var at) ->
          part(RolloutState.PAUSED, verdict, reason, at).build();
      case Resumed(var overruled, var reason, var at) ->
          part(RolloutState.PROGRESSING, Verdict.getDefaultInstance(), reason, at)
              .addAllOverruled(overruled)
              .build();
      case Completed(var verdict, var reason, var at) ->
          part(RolloutState.COMPLETED, verdict, reason, at).build();
      case RolledBack(var verdict, var reason, var at) ->
          part(RolloutState.ROLLED_BACK, verdict, reason, at).build();
      case Failed(var reason, var at) ->
          part(RolloutState.FAILED, Verdict.getDefaultInstance(), reason, at).build();
      case Aborted(var reason, var at) ->
          part(RolloutState.ABORTED, Verdict.getDefaultInstance(), reason, at).build();
    };
  }

  /** Reads {@link #toProto} back. */
  static RolloutRecord fromProto(String action, Rollout part) {
    Verdict verdict = part.getVerdict();
    String reason = part.getReason();
    Instant at = ProtoTimes.instant(part.getEnteredAt());
    return switch (action) {
      case "rollout.started" -> new Started(part);
      case "rollout.step_entered" -> new StepEntered(part.getStep(), verdict, reason, at);
      case "rollout.paused" -> new Paused(verdict, reason, at);
      case "rollout.resumed" -> new Resumed(part.getOverruledList(), reason, at);
      case "rollout.completed" -> new Completed(verdict, reason, at);
      case "rollout.rolled_back" -> new RolledBack(verdict, reason, at);
      case "rollout.failed" -> new Failed(reason, at);
      case "rollout.aborted" -> new Aborted(reason, at);
      default -> throw new IllegalStateException("no such rollout record: " + action);
    };
  }

  private static Rollout.Builder part(
      RolloutState state, Verdict verdict, String reason, Instant at) {
    Rollout.Builder part =
        Rollout.newBuilder()
            .setState(state)
            .setReason(reason)
            .setEnteredAt(ProtoTimes.timestamp(at));
    if (!verdict.equals(Verdict.getDefaultInstance())) {
      part.setVerdict(verdict);
    }
    return part;
  }
}
