package dev.weir.registry.api;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.store.StoreException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;

/** The one place where refusals and failures become gRPC and HTTP status codes. */
final class ApiStatus {
  private ApiStatus() {}

  /**
   * A refusal as a gRPC status.
   *
   * @param source what the refused values came from: "PushVersion"
   */
  static Status grpc(Refusal refusal, String source) {
    Status status =
        switch (refusal.kind()) {
          case INVALID -> Status.INVALID_ARGUMENT;
          case NOT_FOUND -> Status.NOT_FOUND;
          case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
          case NOT_NOW -> Status.FAILED_PRECONDITION;
          case EXHAUSTED -> Status.RESOURCE_EXHAUSTED;
          case UNAVAILABLE -> Status.UNAVAILABLE;
        };
    return status.withDescription(message(refusal, source));
  }

  /** A refusal as an HTTP status code. */
  static int http(Refusal refusal) {
    return switch (refusal.kind()) {
      case INVALID -> 400;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, NOT_NOW -> 409;
      case EXHAUSTED -> 507;
      case UNAVAILABLE -> 503;
    };
  }

  /** The message for people, with the source of values that break a rule. */
  static String message(Refusal refusal, String source) {
    return refusal.kind() == Refusal.Kind.INVALID
        ? refusal.message() + ", from " + source
        : refusal.message();
  }

  /** The refusal that a failure amounts to; empty when it is a fault of the registry itself. */
  static Optional<Refusal> refusal(Throwable failure) {
    return switch (failure) {
      case InvalidValueException e -> Optional.of(Refusal.invalid(e));
      case StoreException e when e.isFull() ->
          Optional.of(Refusal.exhausted(String.valueOf(e.getMessage())));
      case StoreException e -> Optional.of(Refusal.unavailable(String.valueOf(e.getMessage())));
      default -> Optional.empty();
    };
  }

  /** Any failure as a gRPC status. */
  static Status grpc(Throwable failure, String source) {
    if (failure instanceof StatusRuntimeException e) {
      return e.getStatus();
    }
    return refusal(failure)
        .map(refusal -> grpc(refusal, source))
        .orElse(
            Status.INTERNAL.withDescription(
                "the registry failed on this call; its log has the details"));
  }
}
