package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Slices of 200 ms, a grace of 1 s. */
final class SampleSlicerTest {
  private static final long SECOND = 1_000_000_000L;

  private final IntakeCounts counts = new IntakeCounts();
  private final SampleSlicer slicer = new SampleSlicer(IntakeConfig.defaults(), counts);
  private long now;
  private long nextUnit = 1;

  @Test
  void a_slice_is_closed_when_its_worker_has_gone_a_grace_beyond_it() {
    report(at(0));
    report(at(250), at(350));
    report(at(1_350));
    assertThat(slicer.closeComplete(now)).isEmpty();
    report(at(1_400));
    assertThat(slicer.closeComplete(now))
        .singleElement()
        .satisfies(slice -> assertThat(slice.samples()).hasSize(2));
    assertThat(slicer.waiting()).isEqualTo(2);
  }

  @Test
  void a_slow_answer_still_falls_into_the_slice_that_its_request_began_in() {
    report(at(0));
    report(at(210), at(900));
    report(at(390), at(1_600));
    List<StratifiedSlice.Closed> closed = slicer.closeComplete(now);
    assertThat(closed.getFirst().samples()).hasSize(2);
    assertThat(counts.of(IntakeEvent.SAMPLES_LATE)).isZero();
  }

  @Test
  void what_comes_after_its_slice_was_closed_is_late() {
    report(at(0));
    report(at(250), at(2_000));
    slicer.closeComplete(now);
    report(at(260), at(700));
    assertThat(counts.of(IntakeEvent.SAMPLES_LATE)).isEqualTo(2);
  }

  @Test
  void a_silent_worker_s_slices_are_closed_after_the_grace() {
    report(at(0));
    report(at(250));
    assertThat(slicer.closeComplete(now)).isEmpty();
    now += 2 * SECOND;
    assertThat(slicer.closeComplete(now)).hasSize(1);
  }

  @Test
  void the_same_unit_sent_twice_counts_once() {
    report(at(0));
    Sample sample = at(250);
    report(sample);
    report(sample);
    now += 2 * SECOND;
    assertThat(slicer.closeComplete(now))
        .singleElement()
        .satisfies(slice -> assertThat(slice.samples()).hasSize(1));
    assertThat(counts.of(IntakeEvent.SAMPLES_REPEATED)).isEqualTo(1);
  }

  @Test
  void a_worker_s_first_report_is_not_used() {
    report(at(0), at(500), at(900));
    now += 2 * SECOND;
    assertThat(slicer.closeComplete(now)).isEmpty();
  }

  @Test
  void clocks_of_workers_need_not_agree() {
    slicer.take("a", List.of(at(0)), 0, now);
    slicer.take("b", List.of(at(3_600_000)), 0, now);
    slicer.take("a", List.of(at(250)), 0, now);
    slicer.take("b", List.of(at(3_600_250)), 0, now);
    now += 2 * SECOND;
    assertThat(slicer.closeComplete(now)).hasSize(2);
  }

  @Test
  void a_clock_that_was_set_back_begins_anew() {
    report(at(3_600_000));
    report(at(3_600_250));
    report(at(0));
    report(at(250));
    now += 2 * SECOND;
    assertThat(slicer.closeComplete(now)).hasSize(1);
    assertThat(slicer.waiting()).isZero();
  }

  @Test
  void waiting_samples_are_bounded_and_counted() {
    var defaults = IntakeConfig.defaults();
    var small =
        new SampleSlicer(
            new IntakeConfig(
                1,
                1,
                defaults.sampleSlice(),
                defaults.sampleGrace(),
                2,
                1,
                1,
                1,
                1,
                1,
                1,
                1,
                List.of(),
                1_024,
                1),
            counts);
    small.take("a", List.of(at(0)), 0, now);
    small.take("a", List.of(at(250), at(251), at(252)), 0, now);
    assertThat(small.waiting()).isEqualTo(2);
    assertThat(counts.of(IntakeEvent.SAMPLES_OVERFLOW)).isEqualTo(1);
    // one worker at a time: another's arrival forgets the first with what waited
    small.take("b", List.of(at(0)), 0, now);
    assertThat(small.waiting()).isZero();
  }

  @Test
  void dropped_samples_are_counted_as_the_worker_says() {
    slicer.take("a", List.of(at(0)), 4, now);
    slicer.take("a", List.of(), 9, now);
    assertThat(counts.of(IntakeEvent.SAMPLES_DROPPED_BY_WORKERS)).isEqualTo(9);
  }

  private void report(Sample... samples) {
    slicer.take("worker-1", List.of(samples), 0, now);
  }

  private Sample at(long millis) {
    return Sample.newBuilder()
        .setAt(
            Timestamp.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000))
        .setAssignment(Assignment.newBuilder().setUnit(nextUnit++))
        .build();
  }
}
