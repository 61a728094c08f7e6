package dev.weir.platform.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class SystemSchedulerTest extends SchedulerContract {
  @Override
  Scheduler open() {
    return Scheduler.system("test");
  }

  @Override
  void pass(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tasks_run_on_virtual_threads_with_the_schedulers_name() {
    try (Scheduler scheduler = open()) {
      var thread = new CompletableFuture<Thread>();
      var done = new CountDownLatch(1);
      scheduler.after(
          Duration.ZERO,
          () -> {
            thread.complete(Thread.currentThread());
            done.countDown();
          });
      pass(done);
      assertThat(thread.join().isVirtual()).isTrue();
      assertThat(thread.join().getName()).startsWith("test-");
    }
  }

  @Test
  void a_task_that_waits_delays_no_other() {
    try (Scheduler scheduler = open()) {
      var never = new CountDownLatch(1);
      var done = new CountDownLatch(1);
      scheduler.after(Duration.ZERO, () -> pass(never));
      scheduler.after(UNIT, done::countDown);
      pass(done);
      never.countDown();
    }
  }
}
