package dev.weir.worker.engine.onnx;

import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.Inference;
import io.grpc.Context;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The platform threads that native code runs on. Virtual threads wait for them: one that computed
 * itself would hold its carrier, and a few slow models would stop everything else in the process,
 * signs of life included.
 */
final class OnnxThreads implements AutoCloseable {
  private final ThreadPoolExecutor pool;

  /**
   * @param threads computations at a time
   * @param maxWaiting computations that may wait for a thread
   */
  OnnxThreads(int threads, int maxWaiting) {
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(maxWaiting),
            Thread.ofPlatform().name("onnx-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Computes on one of the threads; returns when the computation is over, also when it was ended
   * early.
   */
  Inference compute(OnnxRun run, Callable<Inference> computation) throws EngineFailure {
    Context caller = Context.current();
    Context.CancellationListener listener = context -> run.end(reason(context));
    var task = new FutureTask<>(computation);
    caller.addListener(listener, Runnable::run);
    try {
      pool.execute(task);
      return await(run, task);
    } catch (RejectedExecutionException full) {
      throw new EngineFailure(
          EngineFailure.Kind.EXHAUSTED, "too many computations wait for a thread", full);
    } finally {
      caller.removeListener(listener);
    }
  }

  private static EngineFailure.Kind reason(Context context) {
    return context.cancellationCause() instanceof TimeoutException
        ? EngineFailure.Kind.DEADLINE
        : EngineFailure.Kind.CANCELLED;
  }

  private static Inference await(OnnxRun run, FutureTask<Inference> task) throws EngineFailure {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          run.end(EngineFailure.Kind.CANCELLED);
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case EngineFailure failure -> throw failure;
        case RuntimeException bug -> throw bug;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("not thrown by a computation", e);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
