package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.foreign.ForeignConfig;
import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.intake.ReportedNumbers;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.Confidence;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged images, journal entries and reports: they are taken or refused as their pages say, and
 * nothing else comes of them.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EvidenceFuzzTest {
  private static final long MOST_BYTES = 64 << 20;

  private static Guardrail.Builder named(String name) {
    return Guardrail.newBuilder().setName(name);
  }

  private static Guardrail[] guardrails() {
    return new Guardrail[] {
      named("errors").setErrorRate(ErrorRate.getDefaultInstance()).build(),
      named("latency").setLatency(Latency.getDefaultInstance()).build(),
      named("classes").setPredictedClass(PredictedClass.getDefaultInstance()).build(),
      named("confidence").setConfidence(Confidence.getDefaultInstance()).build(),
      named("accuracy").setLabelQuality(LabelQuality.getDefaultInstance()).build(),
      named("revenue")
          .setBusinessMetric(
              BusinessMetric.newBuilder().setMetric("revenue").setMax(10).setToleratedDifference(1))
          .build()
    };
  }

  private static final class Monitor {
    final TestClock clock = new TestClock();
    final BusinessMemory memory = new BusinessMemory(IntakeConfig.defaults());
    final ForeignCalls foreign =
        new ForeignCalls(ForeignConfig.defaults(), new IntakeCounts(), clock);
    final BookUnderTest test =
        new BookUnderTest(clock, EvidenceConfig.defaults(), List.of(memory, foreign.memory()));

    void follow() {
      test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout(guardrails())));
    }

    void feed(int quarters) {
      var traffic = new SimulatedTraffic(Randomness.seeded(1), 100);
      traffic.users = 50;
      for (int quarter = 0; quarter < quarters; quarter++) {
        test.take(traffic.next());
      }
      var units =
          new BusinessUnits(
              IntakeConfig.defaults(),
              memory,
              new IntakeCounts(),
              values -> test.book.takeBusiness(values.stream().map(BusinessUnit::of).toList()));
      ReportedNumbers.give(units, "revenue", List.of(draw(1), draw(2)), 3);
    }

    private static Assignment draw(long unit) {
      return Assignment.newBuilder()
          .setRoute(SimulatedTraffic.ROUTE)
          .setVariant("canary")
          .setArm(Arm.ARM_CANARY)
          .setCanaryProbability(0.05)
          .setRolloutId(SimulatedTraffic.ROLLOUT)
          .setUnit(unit)
          .build();
    }
  }

  @Test
  void a_damaged_image_is_restored_or_refused() {
    var monitor = new Monitor();
    monitor.follow();
    monitor.feed(8);
    byte[] image = monitor.test.book.image().orElseThrow().bytes();
    var restored = new int[2];
    FuzzRun.bounded(
        "evidence image",
        1_500,
        MOST_BYTES,
        seed -> {
          var again = new Monitor();
          try {
            again.test.book.restore(Change.some(image, new SplittableRandom(seed)));
            again.follow();
            again.test.book.verdicts();
            again.test.book.views();
            again.test.book.image();
            restored[0]++;
          } catch (IOException | IllegalArgumentException refused) {
            restored[1]++;
          }
        });
    assertThat(restored[0]).isPositive();
    assertThat(restored[1]).isPositive();
  }

  @Test
  void damaged_journal_entries_are_read_or_refused() {
    var rollout = BookUnderTest.rollout(guardrails());
    var quarter = new SimulatedTraffic(Randomness.seeded(2), 100).next();
    var sample = quarter.samples().getSamples(0);
    List<byte[]> entries =
        List.of(
            new JournalEntry.Begun(rollout, 100).toBytes(),
            new JournalEntry.Told(rollout, new SampleUnit.Promised(true, false, true)).toBytes(),
            new JournalEntry.Outcomes(quarter.outcomes().getSlices(0)).toBytes(),
            new JournalEntry.Samples(quarter.samples().getSamplesList()).toBytes(),
            new JournalEntry.Labels(
                    List.of(new LabelledPrediction(sample, Feedback.getDefaultInstance())))
                .toBytes(),
            new JournalEntry.Business(List.of(new BusinessUnit("m", "r", true, 0.1, 3, false, 1.5)))
                .toBytes(),
            new JournalEntry.Pairs(List.of(MirrorPair.getDefaultInstance())).toBytes(),
            new JournalEntry.Settled(Instant.EPOCH, Optional.empty()).toBytes(),
            new JournalEntry.Finished().toBytes(),
            new JournalEntry.Restored().toBytes());
    FuzzRun.bounded(
        "journal entries",
        10_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          byte[] entry = entries.get(random.nextInt(entries.size()));
          try {
            JournalEntry.fromBytes(Change.some(entry, random)).toBytes();
          } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageMatching("(?s).{5,}");
          }
        });
  }

  @Test
  void statements_of_any_numbers_are_read_or_refused() {
    byte[][] valid = new byte[guardrails().length][];
    for (int i = 0; i < valid.length; i++) {
      valid[i] = guardrails()[i].toByteArray();
    }
    FuzzRun.bounded(
        "statements",
        20_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          try {
            Guardrail guardrail =
                Guardrail.parseFrom(Change.some(valid[random.nextInt(valid.length)], random));
            StatementReader.read(guardrail).ifPresent(Statement::newTest);
          } catch (InvalidProtocolBufferException | IllegalArgumentException refused) {
            assertThat(refused).hasMessageMatching("(?s).{5,}");
          }
        });
  }

  @Test
  void damaged_reports_of_routers_and_workers_are_taken_or_refused() {
    var traffic = new SimulatedTraffic(Randomness.seeded(3), 40);
    traffic.users = 20;
    var quarters = new ArrayList<SimulatedTraffic.Quarter>();
    for (int i = 0; i < 20; i++) {
      quarters.add(traffic.next());
    }
    var monitor = new Monitor();
    monitor.follow();
    FuzzRun.bounded(
        "reports",
        3_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          SimulatedTraffic.Quarter quarter = quarters.get(random.nextInt(quarters.size()));
          monitor.clock.advance(Duration.ofMillis(250));
          try {
            var outcomes =
                ReportOutcomesRequest.parseFrom(
                    Change.some(quarter.outcomes().toByteArray(), random))
                    .toBuilder();
            if (outcomes.getSlicesCount() > 0 && random.nextInt(5) == 0) {
              outcomes.getSlicesBuilder(0).getStartBuilder().setSeconds(random.nextLong());
            }
            monitor.test.book.takeOutcomes(outcomes.build());
            monitor.test.book.takeSamples(
                ReportSamplesRequest.parseFrom(
                    Change.some(quarter.samples().toByteArray(), random)));
          } catch (InvalidProtocolBufferException noMessage) {
            assertThat(noMessage).isNotNull();
          }
          monitor.test.book.closeSamples();
        });
    assertThat(monitor.test.book.views()).hasSize(1);
    assertThat(monitor.test.book.image()).isPresent();
  }
}
