package dev.weir.worker.engine;

import java.util.Objects;

/**
 * An engine could not do what it was asked to. The message is for the caller of the mesh: no paths,
 * no stack traces.
 */
public final class EngineFailure extends Exception {
  private final Kind kind;

  /** Whose turn it is to do something about it. */
  public enum Kind {
    /** The request is not one that the version can take. */
    INVALID_REQUEST,
    /** The version failed on a request that is in order: the version's fault. */
    MODEL_FAILED,
    /** The version cannot be brought into service: wrong format, wrong signature, too large. */
    LOAD_REFUSED,
    /**
     * The engine does not answer, or the version is no longer loaded; another worker may do better.
     */
    UNAVAILABLE,
    /** The engine has too much to do. */
    EXHAUSTED,
    /** The engine has no such ability. */
    UNSUPPORTED,
    /** The caller went away. */
    CANCELLED,
    /** The caller's deadline passed. */
    DEADLINE
  }

  public EngineFailure(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public EngineFailure(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Whose turn it is. */
  public Kind kind() {
    return kind;
  }

  /** The message, never null. */
  public String message() {
    return Objects.requireNonNullElse(getMessage(), kind.name());
  }
}
