package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Slices of 200 ms of samples that are read from a log, across a restart. */
final class SamplesOfALogTest {
  private final IntakeCounts counts = new IntakeCounts();
  private final SampleSlicer before = new SampleSlicer(IntakeConfig.defaults(), counts);

  @Test
  void what_waited_can_be_read_again_from_its_first_report() {
    assertThat(before.earliestWaiting()).isEmpty();
    before.take("w", List.of(at(0)), 0, 0, 10);
    before.take("w", List.of(at(210)), 0, 0, 11);
    before.take("w", List.of(at(700), at(220)), 0, 0, 12);
    assertThat(before.earliestWaiting()).hasValue(11);
    before.take("w", List.of(at(1_400)), 0, 0, 13);
    assertThat(before.closeComplete(0)).hasSize(1);
    assertThat(before.earliestWaiting()).hasValue(12);
  }

  @Test
  void after_a_restart_what_waited_waits_again_and_what_was_judged_does_not() throws IOException {
    before.take("w", List.of(at(0)), 0, 0, 10);
    before.take("w", List.of(at(210)), 0, 0, 11);
    before.take("w", List.of(at(700), at(1_400)), 0, 0, 12);
    assertThat(before.closeComplete(0)).hasSize(1);

    SampleSlicer after = restarted();
    after.again("w", List.of(at(0)), 0, 10);
    after.again("w", List.of(at(210)), 0, 11);
    after.again("w", List.of(at(700), at(1_400)), 0, 12);
    after.again("w", List.of(at(700)), 0, 12);

    assertThat(after.waiting()).isEqualTo(2);
    assertThat(after.earliestWaiting()).hasValue(12);
    assertThat(counts.of(IntakeEvent.SAMPLES_LATE)).as("counted before").isZero();
    after.take("w", List.of(at(3_000)), 0, 0, 13);
    assertThat(after.closeComplete(0)).hasSize(2);
  }

  @Test
  void a_worker_known_before_goes_on_with_its_first_report() throws IOException {
    before.take("w", List.of(at(0)), 0, 0, 10);
    SampleSlicer after = restarted();
    after.take("w", List.of(at(210)), 0, 0, 11);
    assertThat(after.waiting()).isEqualTo(1);
    after.take("new", List.of(at(210)), 0, 0, 12);
    assertThat(counts.of(IntakeEvent.SAMPLES_FIRST_REPORT)).as("once each").isEqualTo(2);
  }

  private SampleSlicer restarted() throws IOException {
    var bytes = new ByteArrayOutputStream();
    before.writeTo(new DataOutputStream(bytes));
    var after = new SampleSlicer(IntakeConfig.defaults(), counts);
    after.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    return after;
  }

  private static Sample at(long millis) {
    return Sample.newBuilder()
        .setAt(
            Timestamp.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000))
        .setAssignment(Assignment.newBuilder().setUnit(millis + 1))
        .build();
  }
}
