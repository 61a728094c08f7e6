package dev.weir.platform.time;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One timer thread that hands due tasks to virtual threads, so that a slow task delays no other.
 */
final class SystemScheduler implements Scheduler {
  private static final Logger LOG = LoggerFactory.getLogger(SystemScheduler.class);

  private final ScheduledThreadPoolExecutor timer;
  private final ExecutorService workers;

  SystemScheduler(String name) {
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon(true).name(name + "-timer").factory());
    this.timer.setRemoveOnCancelPolicy(true);
    this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.workers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 0).factory());
  }

  @Override
  public Cancellable after(Duration delay, Runnable task) {
    try {
      Future<?> future =
          timer.schedule(
              () -> dispatch(() -> guarded(task)), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException closed) {
      LOG.debug("scheduler closed, task dropped");
      return () -> {};
    }
  }

  @Override
  public Cancellable every(Duration period, Runnable task) {
    var periodic = new Periodic(period, task);
    periodic.arm();
    return periodic;
  }

  private void dispatch(Runnable run) {
    try {
      workers.execute(run);
    } catch (RejectedExecutionException closed) {
      LOG.debug("scheduler closed, task dropped");
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("scheduled task failed", e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    workers.shutdown();
  }

  private final class Periodic implements Cancellable {
    private final Duration period;
    private final Runnable task;
    private volatile boolean cancelled;
    private volatile @Nullable Future<?> next;

    Periodic(Duration period, Runnable task) {
      this.period = period;
      this.task = task;
    }

    void arm() {
      if (cancelled) {
        return;
      }
      try {
        Future<?> scheduled =
            timer.schedule(() -> dispatch(this::run), period.toNanos(), TimeUnit.NANOSECONDS);
        next = scheduled;
        if (cancelled) {
          scheduled.cancel(false);
        }
      } catch (RejectedExecutionException closed) {
        LOG.debug("scheduler closed, periodic task ends");
      }
    }

    private void run() {
      if (!cancelled) {
        guarded(task);
        arm();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
      Future<?> scheduled = next;
      if (scheduled != null) {
        scheduled.cancel(false);
      }
    }
  }
}
