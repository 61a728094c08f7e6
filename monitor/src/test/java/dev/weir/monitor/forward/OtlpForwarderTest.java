package dev.weir.monitor.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import dev.weir.platform.time.TestClock;
import io.grpc.Status;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OtlpForwarderTest {
  private static final int SIZE = request("00").getSerializedSize();

  private final TestClock clock = new TestClock();
  private final List<MessageLite> attempts = new ArrayList<>();
  private Status answer = Status.OK;
  private final OtlpForwarder forwarder =
      new OtlpForwarder(
          "http://collector:4317",
          3L * SIZE,
          (signal, request) -> {
            attempts.add(request);
            return answer;
          },
          clock);

  private static ExportTraceServiceRequest request(String url) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setSchemaUrl(url))
        .build();
  }

  private void offer(String url) {
    forwarder.offer(Signal.TRACES, request(url));
  }

  private long counted(ForwardCounts.Result result) {
    return forwarder.counts().of(Signal.TRACES, result);
  }

  @Test
  void exports_go_on_in_order_and_never_on_the_callers_thread() {
    offer("01");
    offer("02");
    assertThat(attempts).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(attempts).containsExactly(request("01"), request("02"));
    assertThat(counted(ForwardCounts.Result.SENT)).isEqualTo(2);
    assertThat(forwarder.waitingBytes()).isZero();
    assertThat(clock.pending()).isZero();
  }

  @Test
  void while_the_collector_is_away_the_same_export_is_tried_with_growing_waits() {
    answer = Status.UNAVAILABLE;
    offer("01");
    clock.advance(Duration.ofMillis(1));
    clock.advance(Duration.ofSeconds(1));
    assertThat(attempts).hasSize(2);
    clock.advance(Duration.ofSeconds(1));
    assertThat(attempts).hasSize(2);
    clock.advance(Duration.ofSeconds(1));
    assertThat(attempts).hasSize(3);
    // 4 + 8 + 16 + 32 seconds, and 32 from then on
    clock.advance(Duration.ofSeconds(60 + 64));
    assertThat(attempts).hasSize(9).allMatch(request("01")::equals);
    answer = Status.OK;
    clock.advance(Duration.ofSeconds(32));
    assertThat(counted(ForwardCounts.Result.SENT)).isEqualTo(1);
    assertThat(counted(ForwardCounts.Result.RETRIED)).isEqualTo(9);
    assertThat(clock.pending()).isZero();
  }

  @Test
  void when_there_is_no_room_the_oldest_that_waits_is_dropped_and_counted() {
    answer = Status.UNAVAILABLE;
    offer("00");
    clock.advance(Duration.ofMillis(1));
    for (int i = 1; i <= 5; i++) {
      offer("0" + i);
      assertThat(forwarder.waitingBytes()).isLessThanOrEqualTo(3L * SIZE);
    }
    assertThat(counted(ForwardCounts.Result.DROPPED)).isEqualTo(2);
    answer = Status.OK;
    attempts.clear();
    clock.advance(Duration.ofSeconds(1));
    assertThat(attempts)
        .containsExactly(request("00"), request("03"), request("04"), request("05"));
  }

  @Test
  void an_export_larger_than_the_bound_is_dropped_alone() {
    offer("01");
    offer("1".repeat(10 * SIZE));
    clock.advance(Duration.ofMillis(1));
    assertThat(attempts).containsExactly(request("01"));
    assertThat(counted(ForwardCounts.Result.DROPPED)).isEqualTo(1);
  }

  @Test
  void what_a_collector_refuses_is_not_sent_again_and_holds_nothing_up() {
    answer = Status.UNIMPLEMENTED;
    offer("01");
    offer("02");
    clock.advance(Duration.ofMillis(1));
    assertThat(attempts).hasSize(2);
    assertThat(counted(ForwardCounts.Result.REFUSED)).isEqualTo(2);
    assertThat(clock.pending()).isZero();
  }
}
