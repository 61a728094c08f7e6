package dev.weir.platform.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every scheduler promises. */
@Timeout(30)
abstract class SchedulerContract {
  static final Duration UNIT = Duration.ofMillis(5);

  private final List<Scheduler> opened = new ArrayList<>();

  abstract Scheduler open();

  /** Lets time pass until the latch is down. */
  abstract void pass(CountDownLatch latch);

  private Scheduler scheduler() {
    Scheduler scheduler = open();
    opened.add(scheduler);
    return scheduler;
  }

  @AfterEach
  final void close() {
    opened.forEach(Scheduler::close);
  }

  /** Lets time pass until whatever was due within some units has run. */
  private void passUnits(Scheduler scheduler, int units) {
    var later = new CountDownLatch(1);
    scheduler.after(UNIT.multipliedBy(units), later::countDown);
    pass(later);
  }

  @Test
  void a_task_runs_once_and_never_inside_the_call_that_schedules_it() {
    Scheduler scheduler = scheduler();
    var ran = new CopyOnWriteArrayList<Thread>();
    var done = new CountDownLatch(1);
    boolean[] scheduled = new boolean[1];
    synchronized (scheduled) {
      scheduler.after(
          Duration.ZERO,
          () -> {
            synchronized (scheduled) {
              assertThat(scheduled[0]).isTrue();
            }
            ran.add(Thread.currentThread());
            done.countDown();
          });
      scheduled[0] = true;
    }
    pass(done);
    passUnits(scheduler, 3);
    assertThat(ran).hasSize(1);
  }

  @Test
  void a_cancelled_task_does_not_run() {
    Scheduler scheduler = scheduler();
    var runs = new AtomicInteger();
    Scheduler.Cancellable once = scheduler.after(UNIT.multipliedBy(4), runs::incrementAndGet);
    Scheduler.Cancellable often = scheduler.every(UNIT.multipliedBy(4), runs::incrementAndGet);
    once.cancel();
    once.cancel();
    often.cancel();
    often.cancel();
    passUnits(scheduler, 10);
    assertThat(runs).hasValue(0);
  }

  @Test
  void a_periodic_task_runs_again_and_again_until_it_is_cancelled() {
    Scheduler scheduler = scheduler();
    var three = new CountDownLatch(3);
    Scheduler.Cancellable periodic = scheduler.every(UNIT, three::countDown);
    pass(three);
    periodic.cancel();
  }

  @Test
  void a_periodic_task_may_cancel_itself() {
    Scheduler scheduler = scheduler();
    var runs = new AtomicInteger();
    var done = new CountDownLatch(1);
    var self = new CopyOnWriteArrayList<Scheduler.Cancellable>();
    self.add(
        scheduler.every(
            UNIT,
            () -> {
              if (!self.isEmpty()) {
                runs.incrementAndGet();
                self.getFirst().cancel();
                done.countDown();
              }
            }));
    pass(done);
    passUnits(scheduler, 5);
    assertThat(runs).hasValue(1);
  }

  @Test
  void runs_of_a_periodic_task_never_overlap() {
    Scheduler scheduler = scheduler();
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var done = new CountDownLatch(5);
    scheduler.every(
        Duration.ofNanos(1_000),
        () -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          Thread.yield();
          inside.decrementAndGet();
          done.countDown();
        });
    pass(done);
    assertThat(most).hasValue(1);
  }

  @Test
  void a_task_that_throws_disturbs_no_other_and_goes_on_when_periodic() {
    Scheduler scheduler = scheduler();
    var failures = new CountDownLatch(3);
    var others = new CountDownLatch(3);
    scheduler.every(
        UNIT,
        () -> {
          failures.countDown();
          throw new IllegalStateException("this test's task fails");
        });
    scheduler.every(UNIT, others::countDown);
    pass(failures);
    pass(others);
  }

  @Test
  void a_task_may_schedule_another() {
    Scheduler scheduler = scheduler();
    var done = new CountDownLatch(1);
    scheduler.after(UNIT, () -> scheduler.after(UNIT, done::countDown));
    pass(done);
  }

  @Test
  void after_its_end_a_scheduler_runs_nothing_and_takes_everything() {
    Scheduler scheduler = scheduler();
    var runs = new AtomicInteger();
    scheduler.after(UNIT.multipliedBy(4), runs::incrementAndGet);
    scheduler.every(UNIT.multipliedBy(4), runs::incrementAndGet);
    scheduler.close();
    scheduler.close();
    scheduler.after(Duration.ZERO, runs::incrementAndGet).cancel();
    scheduler.every(UNIT, runs::incrementAndGet).cancel();
    passUnits(scheduler(), 10);
    assertThat(runs).hasValue(0);
  }
}
