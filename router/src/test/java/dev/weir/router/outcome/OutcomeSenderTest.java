package dev.weir.router.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeSenderTest {
  private final List<ReportOutcomesRequest> sent = new ArrayList<>();
  private boolean reachable = true;
  private long acknowledged = Long.MAX_VALUE;
  private final OutcomeSender sender =
      new OutcomeSender(
          "router-1-abc",
          request -> {
            sent.add(request);
            if (!reachable) {
              throw new IOException("away");
            }
            return Math.min(
                acknowledged, request.getSlices(request.getSlicesCount() - 1).getSequence());
          },
          100);

  private void offer(int from, int to) {
    for (int sequence = from; sequence <= to; sequence++) {
      sender.offer(OutcomeSlice.newBuilder().setSequence(sequence).build());
    }
  }

  @Test
  void slices_are_sent_in_order_and_forgotten_when_acknowledged() {
    offer(1, 90);
    sender.flush();

    assertThat(sent).extracting(ReportOutcomesRequest::getSlicesCount).containsExactly(64, 26);
    assertThat(sent.getFirst().getRouterProcess()).isEqualTo("router-1-abc");
    assertThat(sender.waiting()).isZero();
  }

  @Test
  void slices_that_are_not_acknowledged_are_sent_again() {
    reachable = false;
    offer(1, 3);
    sender.flush();
    assertThat(sender.waiting()).isEqualTo(3);

    reachable = true;
    sender.flush();
    assertThat(sent.getLast().getSlicesList())
        .extracting(OutcomeSlice::getSequence)
        .containsExactly(1L, 2L, 3L);
    assertThat(sender.waiting()).isZero();
  }

  @Test
  void a_monitor_that_takes_some_gets_the_rest_again() {
    acknowledged = 2;
    offer(1, 3);
    sender.flush();

    assertThat(sender.waiting()).isEqualTo(1);
    assertThat(sent).hasSize(2);
  }

  @Test
  void the_oldest_are_dropped_and_counted_when_too_many_wait() {
    reachable = false;
    offer(1, 130);
    sender.flush();

    assertThat(sender.waiting()).isEqualTo(100);
    assertThat(sender.dropped()).isEqualTo(30);
    assertThat(sent.getLast().getDroppedSlices()).isEqualTo(30);
    assertThat(sent.getLast().getSlices(0).getSequence()).isEqualTo(31);
  }

  @Test
  void nothing_is_sent_when_nothing_waits() {
    sender.flush();
    assertThat(sent).isEmpty();
  }
}
