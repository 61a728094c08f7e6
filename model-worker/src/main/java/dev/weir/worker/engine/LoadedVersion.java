package dev.weir.worker.engine;

import dev.weir.proto.inference.ModelConfig;
import dev.weir.proto.inference.ModelInferRequest;

/**
 * A version that an engine holds ready, from {@link Engine#load} to {@link #unload}. Thread-safe.
 *
 * <p>Contract: {@code infer} may be called by any number of threads at a time. Nothing native is
 * freed while an inference uses it: {@code unload} ends or waits for those that are still running,
 * and whoever comes later gets {@link EngineFailure.Kind#UNAVAILABLE}, never a crash.
 */
public interface LoadedVersion {
  /** Which version this is. */
  VersionKey key();

  /** The configuration that it runs with, named as the mesh names it. */
  ModelConfig config();

  /**
   * Computes. Ends early, with {@link EngineFailure.Kind#CANCELLED} or {@link
   * EngineFailure.Kind#DEADLINE}, when the current gRPC context is cancelled or its deadline
   * passes.
   *
   * @param request a request that admission found in order; its model and version fields are
   *     ignored
   */
  Inference infer(ModelInferRequest request) throws EngineFailure;

  /** Gives everything back. Idempotent; a second call waits for the first. */
  void unload();
}
