package dev.weir.worker.engine;

import dev.weir.proto.inference.ModelInferRequest;

/**
 * A stream to the engine on which requests that belong together travel (those of one sequence, for
 * one). Used by one thread at a time; answers come on any thread.
 */
public interface EngineStream extends AutoCloseable {
  /**
   * Sends one request. {@code answer} is called exactly once, also when the stream breaks or is
   * closed.
   *
   * @param version where it goes
   * @param request a request that admission found in order
   */
  void send(LoadedVersion version, ModelInferRequest request, Answer answer);

  /** Ends it; answers that are still out get CANCELLED. Idempotent. */
  @Override
  void close();

  /** What becomes of one request. */
  interface Answer {
    /** It was answered. */
    void succeeded(Inference inference);

    /** It was not. */
    void failed(EngineFailure failure);
  }
}
