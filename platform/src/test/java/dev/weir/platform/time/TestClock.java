package dev.weir.platform.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Clock and scheduler that stand still until told. Tasks run inside {@link #advance}, on its
 * thread, in order of their due time, never inside {@code after} or {@code every}. One thread at a
 * time advances; everything else may be called by any.
 */
public final class TestClock implements Clock, Scheduler {
  private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

  @GuardedBy("this")
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(
          Comparator.<Task>comparingLong(t -> t.dueNanos).thenComparingLong(t -> t.sequence));

  @GuardedBy("this")
  private long nowNanos;

  @GuardedBy("this")
  private long nextSequence;

  @GuardedBy("this")
  private boolean closed;

  /** {@code periodNanos} is 0 for a task that runs once. */
  private static final class Task {
    final Runnable run;
    final long periodNanos;
    long dueNanos;
    long sequence;
    boolean cancelled;

    Task(Runnable run, long periodNanos) {
      this.run = run;
      this.periodNanos = periodNanos;
    }
  }

  @Override
  public synchronized long nanoTime() {
    return nowNanos;
  }

  @Override
  public synchronized Instant now() {
    return ORIGIN.plusNanos(nowNanos);
  }

  @Override
  public Cancellable after(Duration delay, Runnable task) {
    return schedule(new Task(task, 0), delay.toNanos());
  }

  @Override
  public Cancellable every(Duration period, Runnable task) {
    return schedule(new Task(task, period.toNanos()), period.toNanos());
  }

  private synchronized Cancellable schedule(Task task, long delayNanos) {
    add(task, delayNanos);
    return () -> cancel(task);
  }

  @GuardedBy("this")
  private void add(Task task, long delayNanos) {
    if (!closed && !task.cancelled) {
      task.dueNanos = nowNanos + Math.max(0, delayNanos);
      task.sequence = nextSequence++;
      tasks.add(task);
    }
  }

  private synchronized void cancel(Task task) {
    task.cancelled = true;
    tasks.remove(task);
  }

  /**
   * Moves time forward and runs what becomes due on the way. A task that throws does not keep the
   * others from running; the first exception is thrown at the end, so that the test sees it.
   */
  public void advance(Duration by) {
    long end;
    synchronized (this) {
      end = nowNanos + by.toNanos();
    }
    RuntimeException failure = null;
    for (Task task = takeDue(end); task != null; task = takeDue(end)) {
      try {
        task.run.run();
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
      again(task);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Null, and time is at its end, when nothing is due any more. */
  private synchronized @Nullable Task takeDue(long end) {
    Task next = tasks.peek();
    if (next == null || next.dueNanos > end) {
      nowNanos = end;
      return null;
    }
    tasks.remove();
    nowNanos = next.dueNanos;
    return next;
  }

  private synchronized void again(Task task) {
    if (task.periodNanos > 0) {
      add(task, task.periodNanos);
    }
  }

  /** Tasks that wait for their time. */
  public synchronized int pending() {
    return tasks.size();
  }

  /** Ends the scheduler; the clock goes on. */
  @Override
  public synchronized void close() {
    closed = true;
    tasks.clear();
  }
}
