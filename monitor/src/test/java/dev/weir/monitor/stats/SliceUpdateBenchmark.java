package dev.weir.monitor.stats;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How many tests one core brings up to date: 1,000 metrics of 100 versions, each with a slice of
 * four counts that is closed. Not part of the build. Prints tests a second.
 *
 * <pre>
 *   java -XX:ActiveProcessorCount=1 -cp ... dev.weir.monitor.stats.SliceUpdateBenchmark
 * </pre>
 */
public final class SliceUpdateBenchmark {
  private static final int TESTS = 100_000;
  private static final int SLICES = 10;
  private static final HitCounts SLICE = new HitCounts(1, 12, 3, 240);

  private SliceUpdateBenchmark() {}

  /** Runs each kind of test. */
  public static void main(String[] args) {
    for (int round = 0; round < 2; round++) {
      measure(
          "error ratio (14 bets)",
          () -> new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1.1)),
          test -> {
            test.update(0.05, SLICE);
            test.closeSlice();
          });
      measure(
          "mean of a yes or no (20 bets, from all counts)",
          () ->
              new MeanTest(
                  MeanTest.Parameters.rare(
                      new Claim.NotWorse(0.005), ShownScale.lessIsBetter("errors"))),
          test -> {
            LevelCounts counts = test.newCounts();
            counts.add(0.05, SLICE);
            test.update(counts);
            test.closeSlice();
          });
    }
  }

  private static <T> void measure(String what, Supplier<T> fresh, Consumer<T> slice) {
    var tests = new Object[TESTS];
    for (int i = 0; i < TESTS; i++) {
      tests[i] = fresh.get();
    }
    long started = System.nanoTime();
    for (int i = 0; i < SLICES; i++) {
      for (Object test : tests) {
        @SuppressWarnings("unchecked")
        T typed = (T) test;
        slice.accept(typed);
      }
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    System.out.printf(Locale.ROOT, "%s: %,.0f tests a second%n", what, TESTS * SLICES / seconds);
  }
}
