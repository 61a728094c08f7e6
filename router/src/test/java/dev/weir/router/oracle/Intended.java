package dev.weir.router.oracle;

import io.grpc.Status;
import java.util.List;

/** Differences between the relay and grpc-java that are meant, each with its reason. */
final class Intended {
  /**
   * In a request that does not come in one piece the relay wants names and id before the tensors:
   * it decides without them. Longer ones are made that way; shorter ones come in any order.
   */
  static final int ANY_ORDER_BYTES = 1 << 10;

  /** The relay holds answers up to some length, at least this, until their status is known. */
  static final int HELD_BYTES = 16 << 10;

  private Intended() {}

  /** What is left to compare. */
  static Observed without(Script script, Observed seen) {
    return switch (script.act()) {
      case CLIENT_CANCELS, CLIENT_DEADLINE -> whoeverIsFirst(seen);
      case NO_ANSWER -> workersFault(seen);
      case TWO_ANSWERS ->
          workersFault(script.answer().length > HELD_BYTES ? longAnswer(seen) : seen);
      case FAIL_AFTER_ANSWER ->
          script.answer().length > HELD_BYTES ? longAnswer(seen) : failure(script, seen);
      default -> failure(script, seen);
    };
  }

  private static Observed failure(Script script, Observed seen) {
    boolean cancelled =
        seen.code() == Status.Code.UNAVAILABLE
            && script.status().getCode() == Status.Code.CANCELLED;
    return attemptsWhenUnavailable(cancelled ? workersCancelled(seen) : seen);
  }

  /**
   * A worker's CANCELLED is UNAVAILABLE for the client, who has not cancelled: the relay does not
   * pass on the trailers of a status that the client never sees.
   */
  private static Observed workersCancelled(Observed seen) {
    return new Observed(
        seen.code(),
        seen.description(),
        seen.messages(),
        seen.headers(),
        seen.trailers().replaceAll("(?s)x-.*", ""));
  }

  /**
   * The relay passes an answer on before its status once it is longer than what it holds: a failure
   * behind it finds a part or all of the answer at the client.
   */
  private static Observed longAnswer(Observed seen) {
    return new Observed(seen.code(), seen.description(), List.of(), "", "");
  }

  /** The client's own clock and the router's race: only the status says the same. */
  private static Observed whoeverIsFirst(Observed seen) {
    return new Observed(seen.code(), "", List.of(), "", "");
  }

  /**
   * A worker that breaks gRPC's rules: the relay ends the call at the breach, in words of its own,
   * and does not pass on what else the worker says.
   */
  private static Observed workersFault(Observed seen) {
    String own = seen.trailers().replaceAll("x-.*", "");
    return new Observed(seen.code(), "", seen.messages(), seen.headers(), own);
  }

  /** Whether the budget allows another attempt depends on the calls before. */
  private static Observed attemptsWhenUnavailable(Observed seen) {
    return seen.code() != Status.Code.UNAVAILABLE
        ? seen
        : new Observed(
            seen.code(),
            seen.description(),
            seen.messages(),
            seen.headers(),
            seen.trailers().replaceAll("weir-attempts=\\d+; ", ""));
  }
}
