package dev.weir.worker.engine.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.worker.engine.EngineFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One inference that can be told to end while native code computes it. */
final class OnnxRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxRun.class);

  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable RunOptions options;

  @GuardedBy("lock")
  private EngineFailure.@Nullable Kind ended;

  /** Options to compute with. Fails when the run was ended before it began. */
  RunOptions begin() throws OrtException, EngineFailure {
    synchronized (lock) {
      throwIfEnded();
      var made = new RunOptions();
      options = made;
      return made;
    }
  }

  /**
   * Ends the run for this reason: at once when it has not begun, else at the next step of the
   * graph.
   */
  void end(EngineFailure.Kind why) {
    synchronized (lock) {
      if (ended != null) {
        return;
      }
      ended = why;
      if (options != null) {
        try {
          options.setTerminate(true);
        } catch (OrtException e) {
          LOG.atWarn().setCause(e).log("a computation cannot be ended early, it runs to its end");
        }
      }
    }
  }

  /** Fails when the run was ended. */
  void throwIfEnded() throws EngineFailure {
    synchronized (lock) {
      if (ended != null) {
        throw new EngineFailure(
            ended,
            switch (ended) {
              case DEADLINE -> "deadline exceeded while computing";
              case CANCELLED -> "cancelled while computing";
              default -> "the version is being unloaded";
            });
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (options != null) {
        options.close();
        options = null;
      }
    }
  }
}
