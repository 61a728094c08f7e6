package dev.weir.platform.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ReconnectingTest {
  private final TestClock clock = new TestClock();
  private ConnectivityState state = ConnectivityState.TRANSIENT_FAILURE;
  private int attempts;
  private final Reconnecting reconnecting = new Reconnecting(() -> state, () -> attempts++, clock);

  private void call() {
    var channel = InProcessChannelBuilder.forName("nobody").build();
    reconnecting.interceptCall(HealthGrpc.getCheckMethod(), CallOptions.DEFAULT, channel);
    channel.shutdownNow();
  }

  @Test
  void a_call_on_a_broken_connection_tries_again_at_most_once_a_second() {
    call();
    call();
    assertThat(attempts).isEqualTo(1);
    clock.advance(Duration.ofMillis(999));
    call();
    assertThat(attempts).isEqualTo(1);
    clock.advance(Duration.ofMillis(1));
    call();
    assertThat(attempts).isEqualTo(2);
  }

  @Test
  void a_connection_that_works_or_is_being_made_is_left_alone() {
    for (ConnectivityState other :
        new ConnectivityState[] {
          ConnectivityState.READY, ConnectivityState.CONNECTING, ConnectivityState.IDLE
        }) {
      state = other;
      call();
    }
    assertThat(attempts).isZero();
  }
}
