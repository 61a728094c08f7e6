package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  private static int take(RetryBudget budget, double share, long now) {
    int taken = 0;
    while (budget.tryTake(share, now)) {
      taken++;
    }
    return taken;
  }

  @Test
  void a_share_of_the_requests_and_some_per_second_may_be_taken() {
    var budget = new RetryBudget(10 * SECOND, 3, 0);
    for (int i = 0; i < 1_000; i++) {
      budget.request(i);
    }
    assertThat(take(budget, 0.2, SECOND)).isEqualTo(230);
  }

  @Test
  void what_was_before_the_window_counts_no_longer() {
    var budget = new RetryBudget(10 * SECOND, 0, 0);
    for (int i = 0; i < 1_000; i++) {
      budget.request(0);
    }
    assertThat(take(budget, 0.1, 12 * SECOND)).isZero();
    budget.request(13 * SECOND);
    assertThat(take(budget, 1, 13 * SECOND)).isEqualTo(1);
  }

  @Test
  void what_was_taken_comes_back_with_the_window() {
    var budget = new RetryBudget(10 * SECOND, 2, 0);
    assertThat(take(budget, 0, 0)).isEqualTo(20);
    assertThat(take(budget, 0, 9 * SECOND)).isZero();
    assertThat(take(budget, 0, 12 * SECOND)).isEqualTo(20);
  }

  /** In no window of the budget's length is more taken than it allows for what came in it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void no_random_schedule_ever_gets_more_than_the_budget(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    double share = random.nextDouble();
    int perSecond = random.nextInt(3);
    var budget = new RetryBudget(10 * SECOND, perSecond, 0);
    List<Long> requests = new ArrayList<>();
    List<Long> taken = new ArrayList<>();
    long now = 0;
    for (int step = 0; step < 5_000; step++) {
      boolean pause = random.nextInt(500) == 0;
      now += pause ? random.nextLong(30 * SECOND) : random.nextLong(SECOND / 20);
      if (random.nextInt(2) == 0) {
        budget.request(now);
        requests.add(now);
      } else if (budget.tryTake(share, now)) {
        taken.add(now);
        // of the window a bucket's length is a blur: requests of 11 s, retries of 10 s
        long end = now;
        long retriesInWindow = taken.stream().filter(t -> t > end - 10 * SECOND).count();
        long requestsInWindow = requests.stream().filter(t -> t > end - 11 * SECOND).count();
        assertThat((double) retriesInWindow)
            .isLessThanOrEqualTo(share * requestsInWindow + 10 * perSecond);
      }
    }
    assertThat(taken).isNotEmpty();
  }

  @Test
  void many_threads_take_no_more_than_one_would() throws InterruptedException {
    var budget = new RetryBudget(10 * SECOND, 0, 0);
    for (int i = 0; i < 10_000; i++) {
      budget.request(0);
    }
    var taken = new java.util.concurrent.atomic.AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(Thread.ofPlatform().start(() -> taken.addAndGet(take(budget, 0.1, SECOND / 2))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(taken.get()).isEqualTo(1_000);
  }
}
