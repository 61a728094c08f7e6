package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.stats.detector.CategoryDetector;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.Randomness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * States that were damaged on disk: they are read, or refused as damaged, and nothing else comes of
 * them. What is read can be written again.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StateFuzzTest {
  private static final int CASES = 4_000;
  private static final long MOST_BYTES = 32 << 20;

  record Subject(String name, byte[] state, Consumer<byte[]> read) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Subject> all() {
    var subjects = new ArrayList<Subject>();
    for (StatisticLawsTest.Law law : StatisticLawsTest.all()) {
      StatisticLawsTest.Subject subject = law.fresh().get();
      for (int i = 0; i < 6; i++) {
        subject.update(new StatisticLawsTest.Cell(0.05 + 0.1 * i, i), 1);
        subject.close();
      }
      subjects.add(
          new Subject(
              law.name(),
              subject.toBytes(),
              bytes -> {
                StatisticLawsTest.Subject read = subject.from(bytes);
                read.evidence();
                read.toBytes();
                read.update(new StatisticLawsTest.Cell(0.5, 3), 1);
                read.close();
              }));
    }
    var seen = new SeenUnits(1_000);
    RandomGenerator random = Randomness.seeded(1);
    for (int i = 0; i < 40; i++) {
      seen.offer(random.nextLong() | 1);
    }
    subjects.add(
        new Subject("seen units", seen.toBytes(), bytes -> SeenUnits.fromBytes(bytes).offer(7)));
    var numbers = new NumberSketch();
    var categories = new CategorySketch(32);
    for (int i = 0; i < 3_000; i++) {
      numbers.add(random.nextGaussian());
      categories.add("c" + random.nextInt(60));
    }
    for (Sketch sketch : List.of(numbers, categories)) {
      subjects.add(
          new Subject(
              sketch.getClass().getSimpleName(),
              sketch.toBytes(),
              bytes -> Sketch.fromBytes(bytes).toBytes()));
    }
    var rate = new RateDetector(0.2);
    var category = new CategoryDetector(Map.of("a", 0.5, "b", 0.5), 100, 0);
    for (int i = 0; i < 50; i++) {
      rate.observe(i % 3 == 0);
      category.observe(i % 2 == 0 ? "a" : "b");
    }
    subjects.add(
        new Subject(
            "rate detector",
            rate.toBytes(),
            bytes -> RateDetector.fromBytes(0.2, bytes).observe(true)));
    subjects.add(
        new Subject(
            "category detector",
            category.toBytes(),
            bytes -> {
              var restored = new CategoryDetector(Map.of("a", 0.5, "b", 0.5), 100, 0);
              restored.restore(bytes);
              restored.observe("a");
            }));
    return subjects;
  }

  @ParameterizedTest
  @MethodSource("all")
  void a_damaged_state_is_read_or_refused(Subject subject) {
    var outcomes = new HashMap<Boolean, Integer>();
    FuzzRun.bounded(
        subject.name(),
        CASES,
        MOST_BYTES,
        seed -> {
          byte[] damaged = Change.some(subject.state(), new SplittableRandom(seed));
          try {
            subject.read().accept(damaged);
            outcomes.merge(true, 1, Integer::sum);
          } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageMatching("(?s).{5,}");
            outcomes.merge(false, 1, Integer::sum);
          }
        });
    assertThat(outcomes).containsKeys(true, false);
  }
}
