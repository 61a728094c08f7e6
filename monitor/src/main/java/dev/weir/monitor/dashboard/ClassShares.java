package dev.weir.monitor.dashboard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.intake.VariantKey;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often each variant predicted each class in the last two minutes, in steps of ten seconds; a
 * bounded number of variants and of classes. Thread-safe.
 */
final class ClassShares {
  private static final long STEP_NANOS = 10_000_000_000L;
  private static final int STEPS = 12;
  private static final int MAX_CLASSES = 64;
  private static final String OTHERS = "(others)";

  /**
   * One class.
   *
   * @param predicted class, in text form
   * @param count how often
   * @param share of all that the variant predicted, 0 to 1
   */
  record Share(String predicted, long count, double share) {}

  private record Step(long number, Map<String, Long> counts) {}

  private final int maxVariants;
  private final Clock clock;

  @GuardedBy("this")
  private final LinkedHashMap<VariantKey, Deque<Step>> variants =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param maxVariants variants kept, at least 1
   */
  ClassShares(int maxVariants, Clock clock) {
    this.maxVariants = maxVariants;
    this.clock = clock;
  }

  /** Takes a closed slice of samples. */
  synchronized void take(List<Sample> slice) {
    long number = Math.floorDiv(clock.nanoTime(), STEP_NANOS);
    for (Sample sample : slice) {
      if (sample.getPredictedClassesCount() == 0) {
        continue;
      }
      var key =
          new VariantKey(
              sample.getAssignment().getRoute(),
              sample.getAssignment().getVariant(),
              sample.getVersion());
      Deque<Step> steps = variants.computeIfAbsent(key, k -> new ArrayDeque<>());
      if (steps.isEmpty() || steps.getLast().number() < number) {
        steps.addLast(new Step(number, new HashMap<>()));
      }
      Map<String, Long> counts = steps.getLast().counts();
      for (String predicted : sample.getPredictedClassesList()) {
        boolean room = counts.containsKey(predicted) || counts.size() < MAX_CLASSES;
        counts.merge(room ? predicted : OTHERS, 1L, Long::sum);
      }
    }
    while (variants.size() > maxVariants) {
      variants.pollFirstEntry();
    }
  }

  /** Each variant's classes, in order of name. */
  synchronized Map<VariantKey, List<Share>> shares() {
    long oldest = Math.floorDiv(clock.nanoTime(), STEP_NANOS) - STEPS;
    var shares = new HashMap<VariantKey, List<Share>>();
    variants.forEach((key, steps) -> {
      while (!steps.isEmpty() && steps.getFirst().number() <= oldest) {
        steps.removeFirst();
      }
      var sum = new HashMap<String, Long>();
      steps.forEach(step -> step.counts().forEach((c, n) -> sum.merge(c, n, Long::sum)));
      long total = sum.values().stream().mapToLong(Long::longValue).sum();
      shares.put(
          key,
          sum.entrySet().stream()
              .map(e -> new Share(e.getKey(), e.getValue(), (double) e.getValue() / total))
              .sorted(Comparator.comparing(Share::predicted))
              .toList());
    });
    return shares;
  }
}
