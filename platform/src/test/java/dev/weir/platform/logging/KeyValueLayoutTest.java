package dev.weir.platform.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

final class KeyValueLayoutTest {
  private final LoggerContext context = new LoggerContext();
  private final KeyValueLayout layout = new KeyValueLayout();

  @BeforeEach
  void start() {
    layout.setContext(context);
    layout.start();
  }

  private LoggingEvent event(String message, @Nullable Throwable thrown, Object... arguments) {
    var event =
        new LoggingEvent(
            "test",
            context.getLogger("dev.weir.router.Router"),
            Level.WARN,
            message,
            thrown,
            arguments);
    event.setInstant(java.time.Instant.parse("2026-01-02T03:04:05.006789Z"));
    return event;
  }

  private String valueLine(Object value) {
    LoggingEvent event = event("m", null);
    event.addKeyValuePair(new KeyValuePair("key", value));
    String line = layout.doLayout(event);
    assertThat(line).endsWith("\n");
    return line.substring(line.indexOf(" key=") + 5, line.length() - 1);
  }

  @Test
  void a_line_has_time_level_service_logger_and_message() {
    assertThat(layout.doLayout(event("took {} ms", null, 7)))
        .isEqualTo(
            "time=2026-01-02T03:04:05.006Z level=WARN service="
                + System.getProperty("weir.service", "-")
                + " logger=Router msg=\"took 7 ms\"\n");
  }

  @Test
  void only_values_that_need_it_are_quoted() {
    assertThat(valueLine("127.0.0.1:80/a,b")).isEqualTo("127.0.0.1:80/a,b");
    assertThat(valueLine(7)).isEqualTo("7");
    assertThat(valueLine("")).isEqualTo("\"\"");
    assertThat(valueLine("a b")).isEqualTo("\"a b\"");
    assertThat(valueLine("a=b")).isEqualTo("\"a=b\"");
    assertThat(valueLine("say \"no\"")).isEqualTo("\"say \\\"no\\\"\"");
    assertThat(valueLine("grün")).isEqualTo("\"grün\"");
    assertThat(valueLine("a\\ b")).isEqualTo("\"a\\\\ b\"");
  }

  @Test
  void no_value_can_begin_a_line_or_move_the_cursor() {
    assertThat(valueLine("a\nb\r\tc")).isEqualTo("\"a\\nb\\r\\u0009c\"");
    assertThat(valueLine("\u001b[2J\u0085\u007f")).isEqualTo("\"\\u001b[2J\\u0085\\u007f\"");
    assertThat(layout.doLayout(event("two\nlines", null))).contains("msg=\"two\\nlines\"\n");
  }

  @Test
  void the_trace_id_is_said_while_a_span_is_current() {
    String traceId = "0af7651916cd43dd8448eb211c80319c";
    var span =
        SpanContext.create(
            traceId, "b7ad6b7169203331", TraceFlags.getDefault(), TraceState.getDefault());
    try (var scope = Span.wrap(span).makeCurrent()) {
      assertThat(layout.doLayout(event("m", null))).endsWith(" msg=m trace_id=" + traceId + "\n");
      assertThat(scope).isNotNull();
    }
    assertThat(layout.doLayout(event("m", null))).doesNotContain("trace_id");
  }

  @Test
  void a_stack_trace_follows_its_line() {
    String text = layout.doLayout(event("m", new IllegalStateException("why")));
    assertThat(text.lines())
        .element(1, org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .isEqualTo("java.lang.IllegalStateException: why");
  }
}
