package dev.weir.worker.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import dev.weir.platform.time.TestClock;
import dev.weir.worker.admission.Room;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
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

  private Metadata answer() {
    var trailers = new Metadata();
    reports.interceptCall(
        new ServerCall<Object, Object>() {
          @Override
          public void request(int messages) {}

          @Override
          public void sendHeaders(Metadata headers) {}

          @Override
          public void sendMessage(Object message) {}

          @Override
          public boolean isCancelled() {
            return false;
          }

          @Override
          public MethodDescriptor<Object, Object> getMethodDescriptor() {
            throw new UnsupportedOperationException();
          }

          @Override
          public void close(Status status, Metadata sent) {
            trailers.merge(sent);
          }
        },
        new Metadata(),
        (call, headers) -> {
          call.close(Status.OK, new Metadata());
          return new ServerCall.Listener<>() {};
        });
    return trailers;
  }

  @Test
  void calls_per_second_are_those_since_the_report_before() throws IOException {
    for (int i = 0; i < 30; i++) {
      answer();
    }
    clock.advance(Duration.ofMillis(200));
    assertThat(read()).containsEntry(6, 150.0);
    clock.advance(Duration.ofMillis(100));
    assertThat(read()).doesNotContainKey(6);
  }

  /** The router's test reads these very bytes. */
  @Test
  void an_answers_trailer_has_the_report_as_routers_read_it() {
    room.enter();
    room.enter();
    answer();
    clock.advance(Duration.ofMillis(99));
    answer();
    clock.advance(Duration.ofMillis(401));

    assertThat(HexFormat.of().formatHex(answer().get(LoadReports.TRAILER)))
        .isEqualTo("09000000000000d03f31000000000000184049000000000000e03f");
  }
}
