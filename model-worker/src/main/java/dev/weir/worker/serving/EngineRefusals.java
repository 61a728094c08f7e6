package dev.weir.worker.serving;

import dev.weir.worker.admission.Refusal;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.VersionKey;
import io.grpc.Status;
import java.util.Locale;

/** Failures of engines as the caller gets them; the one place where they become gRPC statuses. */
final class EngineRefusals {
  private EngineRefusals() {}

  static Refusal of(VersionKey key, EngineFailure failure) {
    Status.Code code =
        switch (failure.kind()) {
          case INVALID_REQUEST -> Status.Code.INVALID_ARGUMENT;
          case MODEL_FAILED, LOAD_REFUSED -> Status.Code.INTERNAL;
          case UNAVAILABLE -> Status.Code.UNAVAILABLE;
          case EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
          case UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
          case CANCELLED -> Status.Code.CANCELLED;
          case DEADLINE -> Status.Code.DEADLINE_EXCEEDED;
        };
    return new Refusal(
        code,
        failure.kind().name().toLowerCase(Locale.ROOT),
        "model '%s' version '%s' %s".formatted(key.model(), key.version(), failure.message()));
  }
}
