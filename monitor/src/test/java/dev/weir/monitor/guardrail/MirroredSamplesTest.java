package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import org.junit.jupiter.api.Test;

/** What a worker predicts for copies is no evidence about those that answer. */
final class MirroredSamplesTest {
  private static final int QUARTERS = 20;

  /** Every sample, and a copy of it with a class that is never predicted otherwise. */
  private static SimulatedTraffic.Quarter mirrored(SimulatedTraffic.Quarter quarter) {
    ReportSamplesRequest.Builder samples = quarter.samples().toBuilder();
    for (Sample answer : quarter.samples().getSamplesList()) {
      samples.addSamples(
          answer.toBuilder()
              .setAssignment(answer.getAssignment().toBuilder().setMirrored(true))
              .clearPredictedClasses()
              .addPredictedClasses("9"));
    }
    return new SimulatedTraffic.Quarter(quarter.outcomes(), samples.build());
  }

  private static BookUnderTest judged(boolean withCopies) {
    var test = new BookUnderTest();
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout()));
    var traffic = new SimulatedTraffic(Randomness.seeded(5), 400);
    for (int quarter = 0; quarter < QUARTERS; quarter++) {
      SimulatedTraffic.Quarter next = traffic.next();
      test.take(withCopies ? mirrored(next) : next);
    }
    return test;
  }

  @Test
  void copies_change_neither_the_evidence_nor_the_classes_shown() {
    BookUnderTest with = judged(true);
    BookUnderTest without = judged(false);

    assertThat(with.samples).isNotEmpty().isEqualTo(without.samples);
    assertThat(with.verdict().getGuardrailsList()).isEqualTo(without.verdict().getGuardrailsList());
    assertThat(with.counts.of(IntakeEvent.SAMPLES_MIRRORED))
        .isPositive()
        .isEqualTo(without.counts.of(IntakeEvent.SAMPLES));
    assertThat(with.counts.of(IntakeEvent.SAMPLES_REPEATED))
        .isEqualTo(without.counts.of(IntakeEvent.SAMPLES_REPEATED));
  }
}
