package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.Randomness;
import io.opentelemetry.api.trace.SpanContext;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PushbackTest {
  @Test
  void a_number_is_a_time_and_anything_else_a_refusal() {
    assertThat(Pushback.parse(null)).isEqualTo(Pushback.NONE);
    assertThat(Pushback.parse("0")).isZero();
    assertThat(Pushback.parse("250")).isEqualTo(250);
    for (String refusal : new String[] {"-1", "", "soon", "1.5", " 3", "9999999999"}) {
      assertThat(Pushback.parse(refusal)).as(refusal).isEqualTo(Pushback.NEVER);
    }
  }

  @Test
  void a_new_unsampled_context_is_valid_and_new_each_time() {
    var random = Randomness.seeded(1);
    Set<String> traces = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      SpanContext context =
          Traceparent.parse(Traceparent.unsampled(random, i == 0 ? 0 : random.nextLong()));
      assertThat(context.isValid()).isTrue();
      assertThat(context.isSampled()).isFalse();
      traces.add(context.getTraceId());
    }
    assertThat(traces).hasSize(100);
  }
}
