package dev.weir.worker.engine;

import dev.weir.proto.registry.v1.ModelVersion;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something that computes model versions. Thread-safe.
 *
 * <p>Contract between the engine and the one who places versions in it:
 *
 * <ul>
 *   <li>{@code load} and {@code unload} of one version never run at the same time; those of
 *       different versions may.
 *   <li>A version is loaded at most once at a time; after {@code unload} has returned it may be
 *       loaded again.
 *   <li>{@code load} returns when the version can compute, or throws and leaves nothing behind. It
 *       cannot be cancelled: who no longer wants the version lets it finish, then unloads.
 *   <li>An artifact's file stays where it is, unchanged, until {@code unload} has returned.
 *   <li>The engine is closed after every version was unloaded or given up as lost.
 *   <li>While the engine is {@link EngineHealth.Down}, calls fail with {@link
 *       EngineFailure.Kind#UNAVAILABLE}; it comes back by itself. What was loaded before counts as
 *       lost and has to be loaded again.
 * </ul>
 */
public interface Engine extends AutoCloseable {
  /** Engine word, as in worker status and configuration: "onnxruntime", "triton". */
  String word();

  /**
   * Loads a version. Blocks.
   *
   * @param version what is known about it; its signature is what the engine checks the artifact
   *     against
   * @param artifact its bytes, digest checked
   * @throws EngineFailure LOAD_REFUSED when this artifact will never do; UNAVAILABLE when the
   *     engine is away
   */
  LoadedVersion load(ModelVersion version, Path artifact) throws EngineFailure;

  /** Whether it answers. */
  EngineHealth health();

  /**
   * Has {@code change} called after each change of {@link #health}, by one thread at a time. At
   * most one listener.
   */
  void onHealthChange(Runnable change);

  /**
   * A stream of the engine's own for one client's stream; empty when it has none and each message
   * is an {@code infer}.
   */
  Optional<EngineStream> openStream();

  @Override
  void close();
}
