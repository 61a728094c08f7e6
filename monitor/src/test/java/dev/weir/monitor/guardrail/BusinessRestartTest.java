package dev.weir.monitor.guardrail;

import static dev.weir.monitor.simulated.SimulatedTraffic.ROLLOUT;
import static dev.weir.monitor.simulated.SimulatedTraffic.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.ReportedNumbers;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.Guardrail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers of units that are exported again and again, as cumulative points are, while the monitor
 * is killed at random points: each unit counts once.
 */
final class BusinessRestartTest {
  private static final int UNITS = 400;

  /** A monitor's memory: what dies with it. */
  private static final class Monitor {
    final List<Long> told = new ArrayList<>();
    final BusinessMemory memory = new BusinessMemory(IntakeConfig.defaults());
    final BookUnderTest book =
        new BookUnderTest(new TestClock(), EvidenceConfig.defaults(), List.of(memory));
    final BusinessUnits units =
        new BusinessUnits(
            IntakeConfig.defaults(),
            memory,
            new IntakeCounts(),
            values -> {
              values.forEach(value -> told.add(value.assignment().getUnit()));
              book.book.takeBusiness(values.stream().map(BusinessUnit::of).toList());
            });

    Monitor(Optional<byte[]> disk) throws IOException {
      if (disk.isPresent()) {
        book.book.restore(disk.get());
      }
      book.book.follow(
          BookUnderTest.snapshot(
              BookUnderTest.rollout(
                  Guardrail.newBuilder()
                      .setName("revenue")
                      .setBusinessMetric(
                          BusinessMetric.newBuilder()
                              .setMetric("revenue")
                              .setMax(10)
                              .setToleratedDifference(1))
                      .build())));
    }

    long judged() {
      return book.verdict().getGuardrailsList().stream()
          .mapToLong(evidence -> evidence.getCanaryUnits() + evidence.getBaselineUnits())
          .sum();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void each_unit_counts_once_whenever_the_monitor_was_killed(long seed) throws IOException {
    RandomGenerator chance = Randomness.seeded(seed);
    List<Assignment> draws = draws(chance);
    var monitor = new Monitor(Optional.empty());
    Optional<byte[]> disk = Optional.empty();
    List<Long> onDisk = List.of();
    int restarts = 0;
    for (int export = 1; export <= 40; export++) {
      ReportedNumbers.give(monitor.units, "revenue", draws.subList(0, export * 10), 4);
      assertThat(monitor.judged()).isLessThanOrEqualTo(export * 10L);
      Optional<EvidenceBook.Image> image =
          chance.nextBoolean() ? monitor.book.book.image() : Optional.empty();
      if (image.isPresent() && chance.nextInt(4) > 0) {
        disk = Optional.of(image.get().bytes());
        onDisk = List.copyOf(monitor.told);
        monitor.book.book.saved(image.get());
      }
      if (chance.nextInt(3) == 0) {
        monitor = new Monitor(disk);
        monitor.told.addAll(onDisk);
        restarts++;
      }
    }
    ReportedNumbers.give(monitor.units, "revenue", draws, 4);

    assertThat(restarts).isGreaterThan(5);
    // what the evidence that is left was told of, each unit once
    assertThat(monitor.told).hasSize(UNITS).doesNotHaveDuplicates();
    assertThat(monitor.judged()).isPositive();
  }

  private static List<Assignment> draws(RandomGenerator random) {
    var draws = new ArrayList<Assignment>();
    for (int unit = 1; unit <= UNITS; unit++) {
      boolean canary = random.nextDouble() < 0.3;
      draws.add(
          Assignment.newBuilder()
              .setRoute(ROUTE)
              .setVariant(canary ? "canary" : "baseline")
              .setArm(canary ? Arm.ARM_CANARY : Arm.ARM_BASELINE)
              .setCanaryProbability(0.3)
              .setRolloutId(ROLLOUT)
              .setUnit(unit)
              .build());
    }
    return draws;
  }
}
