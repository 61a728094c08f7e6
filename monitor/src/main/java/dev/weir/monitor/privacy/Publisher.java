package dev.weir.monitor.privacy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes releases: counts of a closed day with noise. Thread-safe.
 *
 * <p><b>What is promised.</b> Two days that differ in one sample, which is there or not, give each
 * possible set of releases of a model with probabilities whose ratio is at most {@code exp(E)},
 * where {@code E} is the day's budget: the smallest {@code privacy_epsilon} that was in force while
 * the day's samples were counted, or now. A sample is in one cell at most of a statistic, so each
 * count changes by at most 1 and a statistic costs its epsilon once, over all cells, hours and
 * versions (parallel composition); the statistics of a day add up (sequential composition); days
 * have no sample in common. Of someone with {@code k} samples a day, {@code k E} is promised, no
 * more.
 *
 * <p><b>Spending first.</b> A release is on disk, with what it spends, before anyone sees a number
 * of it. It is made once: asked for again, the same numbers come, and cost nothing.
 */
public final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final ReleaseStore store;
  private final PublishedCounts published;
  private final PrivacyCounts counts;
  private final Clock clock;

  @GuardedBy("this")
  private final DiscreteLaplace noise;

  /**
   * Publishes from a store.
   *
   * @param random cannot be predicted: {@link dev.weir.platform.time.Randomness#secure}
   */
  public Publisher(
      ReleaseStore store,
      PublishedCounts published,
      PrivacyCounts counts,
      Clock clock,
      RandomGenerator random) {
    this.store = store;
    this.published = published;
    this.counts = counts;
    this.clock = clock;
    this.noise = new DiscreteLaplace(random);
  }

  /**
   * What is to be published.
   *
   * @param by who asks
   * @param model model
   * @param day day, UTC
   * @param statistic {@code hours}, {@code classes} or {@code feature:NAME}
   * @param epsilon to spend on it
   */
  record Order(String by, String model, LocalDate day, String statistic, Epsilon epsilon) {}

  /** What became of it. */
  sealed interface Answer {
    /** It was made now. */
    record Made(ReleaseStore.Release release) implements Answer {}

    /** It was made before: with the epsilon of then, and nothing more was spent. */
    record MadeBefore(ReleaseStore.Release release) implements Answer {}

    /** It was not made, and nothing was spent. */
    record Refused(Why why, String message) implements Answer {}
  }

  /** Why nothing was made. */
  enum Why {
    /** The day still takes samples. */
    OPEN,
    /** Nothing of the kind was counted. */
    UNKNOWN,
    /** The budget does not reach. */
    OVER_BUDGET,
    /** The disk cannot be written. */
    NOT_SAVED
  }

  /** Makes a release, or says why not. */
  synchronized Answer publish(Order order) {
    Optional<ReleaseStore.Release> before =
        store.release(order.model(), order.day(), order.statistic());
    if (before.isPresent()) {
      return new Answer.MadeBefore(before.get());
    }
    if (!published.isClosed(order.day())) {
      return new Answer.Refused(
          Why.OPEN,
          "day: %s (expected: one that ended %d minutes ago or longer, UTC)"
              .formatted(order.day(), PublishedCounts.CLOSES_AFTER.toMinutes()));
    }
    if (!published.write()) {
      return new Answer.Refused(Why.NOT_SAVED, "counts cannot be written now, ask again");
    }
    List<ReleaseStore.Counts> exact = store.counted(order.model(), order.day(), order.statistic());
    Optional<ReleaseStore.Budget> budget = store.budget(order.model(), order.day());
    if (exact.isEmpty() || budget.isEmpty()) {
      List<String> there = store.statistics(order.model(), order.day());
      return new Answer.Refused(
          Why.UNKNOWN,
          "statistic: %s of model %s on %s was not counted (expected: %s)"
              .formatted(
                  order.statistic(),
                  order.model(),
                  order.day(),
                  there.isEmpty() ? "a day with a privacy_epsilon over 0" : "one of " + there));
    }
    long left = left(budget.get());
    if (order.epsilon().millionths() > left) {
      counts.add(PrivacyEvent.RELEASES_OVER_BUDGET, 1);
      return new Answer.Refused(
          Why.OVER_BUDGET,
          "epsilon: %s (expected: at most %s, which is left of the budget of model %s on %s)"
              .formatted(
                  Epsilon.show(order.epsilon().millionths()),
                  Epsilon.show(left),
                  order.model(),
                  order.day()));
    }
    return make(order, exact);
  }

  /** What is left of a budget, millionths. */
  long left(ReleaseStore.Budget budget) {
    return Math.max(0, total(budget) - budget.spent());
  }

  /** The budget: the day's, or the policy's of now when that is smaller; millionths. */
  long total(ReleaseStore.Budget budget) {
    long now = published.budgetNow(budget.model());
    return now < 0 ? budget.least() : Math.min(now, budget.least());
  }

  @GuardedBy("this")
  private Answer make(Order order, List<ReleaseStore.Counts> exact) {
    var noisy = new ArrayList<ReleaseStore.Counts>();
    for (ReleaseStore.Counts each : exact) {
      noisy.add(noisy(each, order.epsilon()));
    }
    var release =
        new ReleaseStore.Release(
            order.model(),
            order.day(),
            order.statistic(),
            order.epsilon(),
            order.by(),
            clock.now(),
            List.copyOf(noisy));
    try {
      store.save(release);
    } catch (JdbiException e) {
      counts.add(PrivacyEvent.WRITES_FAILED, 1);
      LOG.atError().setCause(e).log("a release cannot be saved, and is not shown");
      return new Answer.Refused(Why.NOT_SAVED, "the release cannot be saved now, ask again");
    }
    counts.add(PrivacyEvent.RELEASES_MADE, 1);
    LOG.atInfo()
        .addKeyValue("by", order.by())
        .addKeyValue("model", order.model())
        .addKeyValue("day", order.day())
        .addKeyValue("statistic", order.statistic())
        .addKeyValue("epsilon", Epsilon.show(order.epsilon().millionths()))
        .log("published");
    return new Answer.Made(release);
  }

  @GuardedBy("this")
  private ReleaseStore.Counts noisy(ReleaseStore.Counts exact, Epsilon epsilon) {
    var noisy = new long[exact.counts().length];
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = exact.counts()[i] + noise.next(epsilon);
    }
    return new ReleaseStore.Counts(exact.version(), exact.cells(), noisy);
  }
}
