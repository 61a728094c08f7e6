package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stays when more samples wait than may. */
final class FairDroppingTest {
  private static final int MAX = 4_000;
  private static final double SHARE = 0.1;

  private final IntakeCounts counts = new IntakeCounts();
  private final SampleSlicer slicer = new SampleSlicer(bounds(), counts);
  private long now;

  private static IntakeConfig bounds() {
    IntakeConfig d = IntakeConfig.defaults();
    return new IntakeConfig(
        d.maxRouters(),
        d.maxWorkers(),
        d.sampleSlice(),
        d.sampleGrace(),
        MAX,
        d.maxPredictions(),
        d.maxWaitingLabels(),
        d.maxTraces(),
        d.maxSpansPerTrace(),
        d.maxPinnedTraces(),
        d.maxMetricSeries(),
        d.maxLogsPerService(),
        d.forwardOtlp(),
        d.maxForwardBytes(),
        d.maxBusinessUnits());
  }

  /** A sample and when it comes. */
  private record Coming(Sample sample, double at) {}

  /**
   * A second of a rollout at 20 times what fits. The canary answers 300 ms later, so its samples
   * come when the room is full already; class "rare" is one in two thousand.
   */
  private static List<Sample> secondOfRollout(RandomGenerator random, int count) {
    var coming = new ArrayList<Coming>();
    for (int i = 0; i < count; i++) {
      long unit = random.nextLong() | 1;
      // as a router draws: by the unit's own bits
      boolean canary = (unit >>> 11) * 0x1p-53 < SHARE;
      double at = 1_000 + 1_000.0 * i / count;
      String answer =
          random.nextInt(2_000) == 0 ? "rare" : random.nextInt(4) == 0 ? "second" : "first";
      coming.add(new Coming(sample(unit, canary, answer, at), at + (canary ? 300 : 0)));
    }
    coming.sort(Comparator.comparingDouble(Coming::at));
    return coming.stream().map(Coming::sample).toList();
  }

  private static Sample sample(long unit, boolean canary, String answer, double millis) {
    return Sample.newBuilder()
        .setModel("m")
        .setVersion(canary ? "2" : "1")
        .setAssignment(
            Assignment.newBuilder()
                .setRoute("m")
                .setRolloutId("r1")
                .setArm(canary ? Arm.ARM_CANARY : Arm.ARM_BASELINE)
                .setCanaryProbability(SHARE)
                .setUnit(unit))
        .setAt(
            Timestamp.newBuilder()
                .setSeconds((long) millis / 1_000)
                .setNanos((int) (millis % 1_000 * 1_000_000)))
        .addPredictedClasses(answer)
        .build();
  }

  private void report(List<Sample> samples) {
    slicer.take("worker-1", List.of(sample(1, false, "first", 0)), 0, now);
    for (int from = 0; from < samples.size(); from += 100) {
      slicer.take("worker-1", samples.subList(from, Math.min(samples.size(), from + 100)), 0, now);
      assertThat(slicer.waiting()).isLessThanOrEqualTo(MAX);
    }
  }

  private List<StratifiedSlice.Closed> close() {
    now += Duration.ofSeconds(2).toNanos();
    return slicer.closeComplete(now);
  }

  private static long count(List<Sample> samples, Predicate<Sample> what) {
    return samples.stream().filter(what).count();
  }

  private static Predicate<Sample> answered(String answer) {
    return sample -> sample.getPredictedClasses(0).equals(answer);
  }

  private static boolean isCanary(Sample sample) {
    return sample.getAssignment().getArm() == Arm.ARM_CANARY;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void rare_answers_stay_and_both_arms_lose_alike_although_one_is_late(long seed) {
    List<Sample> offered = secondOfRollout(Randomness.seeded(seed), 20 * MAX);
    report(offered);
    List<Sample> kept = close().stream().flatMap(slice -> slice.samples().stream()).toList();

    assertThat(kept).hasSizeBetween(MAX * 3 / 4, MAX);
    assertThat(count(kept, answered("rare")))
        .isEqualTo(count(offered, answered("rare")))
        .isPositive();
    for (String answer : List.of("first", "second")) {
      long units = count(kept, answered(answer));
      long canary = count(kept, answered(answer).and(FairDroppingTest::isCanary));
      double deviation = Math.sqrt(units * SHARE * (1 - SHARE));
      assertThat(canary - units * SHARE).as(answer).isBetween(-4.5 * deviation, 4.5 * deviation);
    }
    long lost = counts.of(IntakeEvent.SAMPLES_OVERFLOW);
    assertThat(lost).isEqualTo(offered.size() - kept.size());
    assertThat(counts.dropped().values().stream().mapToLong(n -> n).sum()).isEqualTo(lost);
    assertThat(counts.dropped())
        .doesNotContainKey(new IntakeCounts.Dropped("slices", "r1", "rare"));
  }

  @Test
  void frequent_answers_get_equal_shares() {
    List<Sample> offered = secondOfRollout(Randomness.seeded(4), 20 * MAX);
    report(offered);
    List<Sample> kept = close().stream().flatMap(slice -> slice.samples().stream()).toList();
    assertThat((double) count(kept, answered("first")) / count(kept, answered("second")))
        .isBetween(0.9, 1.1);
  }

  @Test
  void the_uniform_part_has_the_shares_that_came() {
    List<Sample> offered = secondOfRollout(Randomness.seeded(5), 20 * MAX);
    report(offered);
    List<Sample> uniform = close().stream().flatMap(slice -> slice.uniform().stream()).toList();
    double share = (double) count(uniform, answered("second")) / uniform.size();
    double deviation = Math.sqrt(0.25 * 0.75 / uniform.size());
    assertThat(uniform.size()).isGreaterThan(MAX / 4);
    assertThat(share - 0.25).isBetween(-4.5 * deviation, 4.5 * deviation);
  }

  @Test
  void who_stays_is_decided_by_the_hash_alone_not_by_the_order_of_arrival() {
    List<Sample> offered = secondOfRollout(Randomness.seeded(6), 5 * MAX);
    report(offered);
    for (StratifiedSlice.Closed slice : close()) {
      Map<SampleStratum, Long> lowest = new HashMap<>();
      slice
          .samples()
          .forEach(sample ->
              lowest.merge(SampleStratum.of(sample), SamplePriority.of(sample, 0), Math::min));
      long number = numberOf(slice.samples().getFirst());
      long above =
          offered.stream()
              .filter(sample -> numberOf(sample) == number)
              .filter(sample ->
                  SamplePriority.of(sample, 0)
                      >= lowest.getOrDefault(SampleStratum.of(sample), Long.MAX_VALUE))
              .count();
      assertThat(above).isEqualTo(slice.samples().size());
    }
  }

  private static long numberOf(Sample sample) {
    return (sample.getAt().getSeconds() * 1_000_000_000L + sample.getAt().getNanos())
        / Duration.ofMillis(200).toNanos();
  }

  @Test
  void a_repeated_sample_that_had_to_go_stays_out() {
    List<Sample> offered = secondOfRollout(Randomness.seeded(7), 5 * MAX);
    report(offered);
    int before = slicer.waiting();
    slicer.take("worker-1", offered, 0, now);
    assertThat(slicer.waiting()).isEqualTo(before);
  }

  @Test
  void a_rare_model_stays_whole_in_a_queue_beside_a_frequent_one() {
    var queue = new SampleQueue("test", 1_000, IntakeEvent.WATCH_OVERFLOW, counts);
    for (int i = 1; i <= 30_000; i++) {
      queue.add(List.of(sample(i, i % 300 == 0, "first", i)));
    }
    List<Sample> left = queue.take();
    assertThat(left).hasSizeBetween(900, 1_000);
    assertThat(count(left, FairDroppingTest::isCanary)).isEqualTo(100);
    assertThat(left).extracting(sample -> sample.getAssignment().getUnit()).isSorted();
    assertThat(counts.of(IntakeEvent.WATCH_OVERFLOW)).isEqualTo(30_000 - left.size());
    assertThat(queue.take()).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void room_is_made_from_the_largest_alone_and_exactly(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    for (int round = 0; round < 300; round++) {
      var strata = new ArrayList<Stratum<Integer>>();
      var before = new ArrayList<Integer>();
      for (int i = random.nextInt(1, 20); i > 0; i--) {
        var stratum = new Stratum<Integer>();
        int size = random.nextInt(random.nextInt(1, 60));
        for (int j = 0; j < size; j++) {
          stratum.offer(random.nextLong(), j, j);
        }
        strata.add(stratum);
        before.add(size);
      }
      int total = before.stream().mapToInt(n -> n).sum();
      int target = random.nextInt(total + 5);
      var gone = new ArrayList<Integer>();
      FairShare.shrink(strata, target, gone::add);
      int left = strata.stream().mapToInt(Stratum::size).sum();
      assertThat(left).isEqualTo(Math.min(total, target));
      assertThat(gone).hasSize(total - left);
      int largest = strata.stream().mapToInt(Stratum::size).max().orElse(0);
      for (int i = 0; i < strata.size(); i++) {
        if (strata.get(i).size() < before.get(i)) {
          assertThat(strata.get(i).size()).isGreaterThanOrEqualTo(largest - 1);
        }
      }
    }
  }
}
