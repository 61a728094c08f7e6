package dev.weir.worker.engine.triton;

import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.VersionKey;
import io.grpc.Status;

/** Triton's errors as the engine's. */
final class TritonFailures {
  private static final int MAX_CHARACTERS = 400;

  private TritonFailures() {}

  /** What went wrong with a request. */
  static EngineFailure ofRequest(Status status, TritonName name, VersionKey key) {
    String message = message(status, name, key);
    EngineFailure.Kind kind =
        switch (status.getCode()) {
          // admission has compared the request with the signature: what the graph dislikes now is
          // the version's fault
          case INVALID_ARGUMENT ->
              message.startsWith("onnxruntime:") || message.startsWith("onnx runtime error")
                  ? EngineFailure.Kind.MODEL_FAILED
                  : EngineFailure.Kind.INVALID_REQUEST;
          // Triton has lost the version: it was restarted
          case NOT_FOUND, UNAVAILABLE -> EngineFailure.Kind.UNAVAILABLE;
          case DEADLINE_EXCEEDED -> EngineFailure.Kind.DEADLINE;
          case CANCELLED -> EngineFailure.Kind.CANCELLED;
          case RESOURCE_EXHAUSTED -> EngineFailure.Kind.EXHAUSTED;
          case UNIMPLEMENTED -> EngineFailure.Kind.UNSUPPORTED;
          default -> EngineFailure.Kind.MODEL_FAILED;
        };
    return new EngineFailure(kind, message);
  }

  /** An in-band error of a stream, which has a text but no code. */
  static EngineFailure ofStreamError(String error, TritonName name, VersionKey key) {
    Status.Code code =
        error.contains("unknown model") ? Status.Code.NOT_FOUND : Status.Code.INVALID_ARGUMENT;
    return ofRequest(Status.fromCode(code).withDescription(error), name, key);
  }

  /** What went wrong with a load. */
  static EngineFailure ofLoad(Status status, TritonName name, VersionKey key) {
    return switch (status.getCode()) {
      case UNAVAILABLE, CANCELLED ->
          new EngineFailure(
              EngineFailure.Kind.UNAVAILABLE, "Triton: " + message(status, name, key));
      case DEADLINE_EXCEEDED ->
          new EngineFailure(
              EngineFailure.Kind.LOAD_REFUSED, "Triton did not load it within triton.load-timeout");
      default ->
          new EngineFailure(
              EngineFailure.Kind.LOAD_REFUSED, "Triton: " + message(status, name, key));
    };
  }

  private static String message(Status status, TritonName name, VersionKey key) {
    String description = status.getDescription();
    if (description == null) {
      return status.getCode().name();
    }
    int end = description.indexOf('\n');
    String line = end < 0 ? description : description.substring(0, end);
    // paths lie below the model's folder
    String shown = line.replaceAll("/\\S*" + name.text() + "\\S*", "the artifact");
    shown = shown.replace(name.text(), key.model());
    return shown.length() <= MAX_CHARACTERS ? shown : shown.substring(0, MAX_CHARACTERS) + "...";
  }
}
