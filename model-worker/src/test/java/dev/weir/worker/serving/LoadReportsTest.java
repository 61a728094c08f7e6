package dev.weir.worker.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import dev.weir.platform.time.TestClock;
import dev.weir.worker.admission.Room;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LoadReportsTest {
  private final TestClock clock = new TestClock();
  private final Room room = new Room(4, 10, Duration.ZERO, clock);
  private double processors = 0.25;
  private final LoadReports reports = new LoadReports(room, () -> processors, clock);

  /** Doubles by field number. */
  private Map<Integer, Double> read() throws IOException {
    var fields = new HashMap<Integer, Double>();
    CodedInputStream in = CodedInputStream.newInstance(reports.current());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      fields.put(tag >>> 3, in.readDouble());
    }
    return fields;
  }

  @Test
  void says_how_many_of_the_places_are_taken_and_how_busy_the_processors_are() throws IOException {
    room.enter();
    clock.advance(Duration.ofMillis(100));

    assertThat(read()).isEqualTo(Map.of(1, 0.25, 9, 0.25));
  }

  @Test
  void a_report_holds_for_a_tenth_of_a_second() throws IOException {
    room.enter();
    clock.advance(Duration.ofMillis(99));
    assertThat(read()).containsEntry(9, 0.001);
    clock.advance(Duration.ofMillis(1));
    assertThat(read()).containsEntry(9, 0.25);
  }

  @Test
  void what_is_not_known_of_the_processors_is_left_out() throws IOException {
    processors = -1;
    clock.advance(Duration.ofSeconds(1));

    assertThat(read()).isEqualTo(Map.of(9, 0.001));
  }
}
