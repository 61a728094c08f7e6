package dev.weir.router.http2;

import dev.weir.platform.time.Clock;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of one event loop: a hashed wheel (Varghese and Lauck, "Hashed and hierarchical timing
 * wheels", 1987) of intrusive lists, so that arming and disarming are a few writes. A deadline
 * fires at most one tick late, and never early. Loop thread only.
 */
public final class DeadlineWheel implements Runnable {
  private static final long TICK_NANOS = Duration.ofMillis(8).toNanos();
  private static final int SLOTS = 512;

  /** Something that happens unless it is disarmed. In at most one wheel, once. */
  public abstract static class Deadline {
    private @Nullable Deadline previous;
    private @Nullable Deadline next;
    private long tick;
    private boolean armed;

    /** The time has come; it is not armed any more. */
    protected abstract void expired();

    /** Whether it is still to come. */
    public final boolean isArmed() {
      return armed;
    }
  }

  private final EventLoop loop;
  private final Clock clock;
  private final long startNanos;
  private final @Nullable Deadline[] slots = new Deadline[SLOTS];
  private long tick;
  private int armed;
  private boolean ticking;

  /** For one loop. */
  public DeadlineWheel(EventLoop loop, Clock clock) {
    this.loop = loop;
    this.clock = clock;
    this.startNanos = clock.nanoTime();
  }

  /**
   * Arms a deadline that is not armed.
   *
   * @param atNanos time of the clock
   */
  public void arm(Deadline deadline, long atNanos) {
    if (deadline.armed) {
      throw new IllegalStateException("a deadline that is armed already");
    }
    if (!ticking) {
      tick = (clock.nanoTime() - startNanos) / TICK_NANOS;
      ticking = true;
      loop.schedule(this, TICK_NANOS, TimeUnit.NANOSECONDS);
    }
    long due = (atNanos - startNanos + TICK_NANOS - 1) / TICK_NANOS;
    deadline.tick = Math.max(due, tick + 1);
    deadline.armed = true;
    armed++;
    int slot = (int) (deadline.tick & SLOTS - 1);
    Deadline head = slots[slot];
    deadline.previous = null;
    deadline.next = head;
    if (head != null) {
      head.previous = deadline;
    }
    slots[slot] = deadline;
  }

  /** Disarms; nothing happens when it is not armed. */
  public void disarm(Deadline deadline) {
    if (!deadline.armed) {
      return;
    }
    deadline.armed = false;
    armed--;
    Deadline before = deadline.previous;
    Deadline after = deadline.next;
    if (before == null) {
      slots[(int) (deadline.tick & SLOTS - 1)] = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    deadline.previous = null;
    deadline.next = null;
  }

  @Override
  public void run() {
    long now = (clock.nanoTime() - startNanos) / TICK_NANOS;
    boolean whole = false;
    try {
      while (tick < now && armed > 0) {
        tick++;
        fire((int) (tick & SLOTS - 1));
      }
      tick = now;
      whole = true;
    } finally {
      if (!whole) {
        // one deadline failed; the others of its tick are still to come
        tick--;
      }
      if (armed > 0) {
        loop.schedule(this, TICK_NANOS, TimeUnit.NANOSECONDS);
      } else {
        ticking = false;
      }
    }
  }

  private void fire(int slot) {
    Deadline each = slots[slot];
    while (each != null) {
      if (each.tick <= tick) {
        disarm(each);
        each.expired();
        // whatever that armed or disarmed, the list is to be looked at anew
        each = slots[slot];
      } else {
        each = each.next;
      }
    }
  }
}
