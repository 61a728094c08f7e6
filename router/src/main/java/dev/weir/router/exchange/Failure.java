package dev.weir.router.exchange;

import dev.weir.router.balance.Lease.Impression;
import dev.weir.router.policy.FallbackTrigger;
import dev.weir.router.wire.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended that brought no answer, and what follows from it.
 *
 * @param code status
 * @param message its text
 * @param isTimeOfTry only the try's time was over, not the client's
 */
record Failure(StatusCode code, String message, boolean isTimeOfTry) {
  /** None: an answer that is not sure enough. */
  static final Failure UNSURE = new Failure(StatusCode.OK, "", false);

  /**
   * Whether another worker may be asked: it was not there, or stopped (a server that shuts down
   * cancels what it has), or took longer than a try may. Anything else is the model's answer.
   */
  boolean isRetryable() {
    return code == StatusCode.UNAVAILABLE || code == StatusCode.CANCELLED || isTimeOfTry;
  }

  /** What the client is told. */
  NextStep.End end() {
    return new NextStep.End(told(code), message);
  }

  /**
   * The status that a failure counts as. A cancellation that nobody here asked for would make the
   * client believe it was its own.
   */
  static StatusCode told(StatusCode code) {
    return code == StatusCode.CANCELLED ? StatusCode.UNAVAILABLE : code;
  }

  /** What the ladder calls it; null: no rung stands for it. */
  @Nullable FallbackTrigger trigger() {
    if (isTimeOfTry) {
      return FallbackTrigger.DEADLINE;
    }
    return switch (code) {
      case UNAVAILABLE, CANCELLED -> FallbackTrigger.UNAVAILABLE;
      case UNKNOWN, INTERNAL, RESOURCE_EXHAUSTED, DATA_LOSS -> FallbackTrigger.ERROR;
      default -> null;
    };
  }

  /**
   * What it says about the worker.
   *
   * @param clientGone the client cancelled, or its time was over
   */
  static Impression impression(StatusCode code, boolean clientGone) {
    return switch (code) {
      case DEADLINE_EXCEEDED -> Impression.ERRED;
      case CANCELLED -> Impression.NONE;
      case UNAVAILABLE -> clientGone ? Impression.NONE : Impression.FAILED;
      case RESOURCE_EXHAUSTED -> clientGone ? Impression.NONE : Impression.BUSY;
      case UNKNOWN, INTERNAL, ABORTED, DATA_LOSS -> clientGone ? Impression.NONE : Impression.ERRED;
      case OK,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          UNAUTHENTICATED ->
          clientGone ? Impression.NONE : Impression.ANSWERED;
    };
  }
}
