package dev.weir.platform.time;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Clock and scheduler that stand still until told. Tasks run inside {@link #advance}, in order of
 * their due time, never inside {@code after} or {@code every}. Single-threaded use.
 */
public final class TestClock implements Clock, Scheduler {
  private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(
          Comparator.<Task>comparingLong(t -> t.dueNanos).thenComparingLong(t -> t.sequence));
  private long nowNanos;
  private long sequence;

  private static final class Task {
    final long dueNanos;
    final long sequence;
    final Runnable run;

    Task(long dueNanos, long sequence, Runnable run) {
      this.dueNanos = dueNanos;
      this.sequence = sequence;
      this.run = run;
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
  public synchronized Cancellable after(Duration delay, Runnable task) {
    var scheduled = new Task(nowNanos + delay.toNanos(), sequence++, task);
    tasks.add(scheduled);
    return () -> remove(scheduled);
  }

  @Override
  public Cancellable every(Duration period, Runnable task) {
    var handle = new Cancellable[1];
    var cancelled = new boolean[1];
    Runnable again =
        new Runnable() {
          @Override
          public void run() {
            task.run();
            if (!cancelled[0]) {
              handle[0] = after(period, this);
            }
          }
        };
    handle[0] = after(period, again);
    return () -> {
      cancelled[0] = true;
      handle[0].cancel();
    };
  }

  /** Moves time forward and runs what becomes due on the way. */
  public void advance(Duration by) {
    long end;
    synchronized (this) {
      end = nowNanos + by.toNanos();
    }
    while (true) {
      Task next;
      synchronized (this) {
        next = tasks.peek();
        if (next == null || next.dueNanos > end) {
          nowNanos = end;
          return;
        }
        tasks.remove();
        nowNanos = next.dueNanos;
      }
      next.run.run();
    }
  }

  /** Tasks that wait for their time. */
  public synchronized int pending() {
    return tasks.size();
  }

  private synchronized void remove(Task task) {
    tasks.remove(task);
  }

  @Override
  public synchronized void close() {
    tasks.clear();
  }
}
