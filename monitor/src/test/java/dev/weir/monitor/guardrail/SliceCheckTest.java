package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.UnitOutcome;
import dev.weir.proto.route.v1.Assignment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SliceCheckTest {
  @Test
  void what_a_router_sends_is_fine() {
    var traffic = new SimulatedTraffic(Randomness.seeded(1), 400);
    assertThat(SliceCheck.problem(traffic.next().outcomes().getSlices(0))).isEmpty();
  }

  @Test
  void a_start_that_is_no_time_is_refused() {
    var slice = OutcomeSlice.newBuilder();
    slice.getStartBuilder().setSeconds(253_402_300_799L);
    assertThat(SliceCheck.problem(slice.build())).isEmpty();
    slice.getStartBuilder().setSeconds(253_402_300_800L);
    assertThat(SliceCheck.problem(slice.build()))
        .contains("start: 253402300800 s (expected: 0 to 253402300799, seconds since 1970)");
    slice.getStartBuilder().setSeconds(-1);
    assertThat(SliceCheck.problem(slice.build())).isPresent();
  }

  @Test
  void the_edges_of_each_rule_are_kept() {
    assertThat(problem(OutcomeCell.newBuilder().setKey(probability(1)))).isNull();
    assertThat(problem(OutcomeCell.newBuilder().setKey(probability(1.01))))
        .isEqualTo("canary_probability: 1.01 (expected: 0 to 1)");
    assertThat(problem(OutcomeCell.newBuilder().setKey(probability(Double.NaN))))
        .contains("canary_probability: NaN");
    int last = LatencyScale.BUCKETS - 1;
    assertThat(problem(OutcomeCell.newBuilder().addLatencyBuckets(last).addLatencyCounts(1)))
        .isNull();
    assertThat(problem(OutcomeCell.newBuilder().addLatencyBuckets(last + 1).addLatencyCounts(1)))
        .isEqualTo("latency_buckets: 834 (expected: 0 to 833)");
    assertThat(problem(OutcomeCell.newBuilder().addLatencyBuckets(-1).addLatencyCounts(1)))
        .contains("expected: 0 to 833");
    assertThat(problem(OutcomeCell.newBuilder().addLatencyBuckets(1)))
        .contains("latency_counts: 0 (expected: 1");
    assertThat(problem(OutcomeCell.newBuilder().putErrors(13, -1))).contains("errors:");
    assertThat(problem(OutcomeCell.newBuilder().setUnfinished(1L << 41))).contains("unfinished:");
    assertThat(problem(OutcomeCell.newBuilder().setStarted(-1))).contains("started:");
    assertThat(problem(OutcomeCell.newBuilder().addUnits(UnitOutcome.getDefaultInstance())))
        .isEqualTo("unit: 0 (expected: not 0)");
  }

  @Test
  void a_slice_with_one_bad_cell_is_refused_whole_and_acknowledged() {
    var test = new BookUnderTest();
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
    OutcomeSlice good =
        new SimulatedTraffic(Randomness.seeded(1), 400).next().outcomes().getSlices(0);
    long acknowledged =
        test.book.takeOutcomes(
            ReportOutcomesRequest.newBuilder()
                .setRouterProcess("r")
                .addSlices(
                    good.toBuilder().addCells(OutcomeCell.newBuilder().setKey(probability(2))))
                .build());
    assertThat(acknowledged).isEqualTo(1);
    assertThat(test.counts.of(IntakeEvent.SLICES_REFUSED)).isEqualTo(1);
    assertThat(test.verdict().getCanaryRequests()).isZero();
    assertThat(test.slices).isEmpty();
  }

  @Test
  void samples_that_make_no_sense_are_refused_one_by_one() {
    var test = new BookUnderTest();
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
    var traffic = new SimulatedTraffic(Randomness.seeded(1), 400);
    test.take(traffic.next());
    ReportSamplesRequest good = traffic.next().samples();
    Assignment fine = good.getSamples(0).getAssignment();
    test.book.takeSamples(
        good.toBuilder()
            .addSamples(sample(fine.toBuilder().setCanaryProbability(Double.NaN), "1"))
            .addSamples(sample(fine.toBuilder().setCanaryProbability(1.5), "1"))
            .addSamples(sample(fine.toBuilder().setUnit(0), "1"))
            .addSamples(sample(fine.toBuilder(), "x".repeat(257)))
            .build());
    assertThat(test.counts.of(IntakeEvent.SAMPLES_REFUSED)).isEqualTo(4);
    assertThat(test.book.waitingSamples())
        .isEqualTo(good.getSamplesCount() - (int) test.counts.of(IntakeEvent.SAMPLES_LATE))
        .isPositive();
    test.clock.advance(Duration.ofSeconds(3));
    test.book.closeSamples();
    assertThat(test.book.image()).isPresent();
  }

  private static Sample sample(Assignment.Builder assignment, String predicted) {
    return Sample.newBuilder().setAssignment(assignment).addPredictedClasses(predicted).build();
  }

  private static OutcomeKey probability(double p) {
    return OutcomeKey.newBuilder().setCanaryProbability(p).build();
  }

  private static @org.jspecify.annotations.Nullable String problem(OutcomeCell.Builder cell) {
    return SliceCheck.problem(OutcomeSlice.newBuilder().addCells(cell).build()).orElse(null);
  }
}
