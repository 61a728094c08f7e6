package dev.weir.platform.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One event per line as {@code key=value} pairs: time, level, service, logger, message, the event's
 * own pairs, and the trace id when a span is current. Values with blanks or quotes are quoted; line
 * ends and other control characters are escaped, except in stack traces, which follow the line.
 */
public final class KeyValueLayout extends LayoutBase<ILoggingEvent> {
  private final ThrowableProxyConverter throwables = new ThrowableProxyConverter();

  @Override
  public void start() {
    throwables.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringBuilder(160);
    line.append("time=")
        .append(Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS))
        .append(" level=")
        .append(event.getLevel())
        .append(" service=")
        .append(System.getProperty("weir.service", "-"))
        .append(" logger=")
        .append(event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1))
        .append(" msg=");
    quote(line, String.valueOf(event.getFormattedMessage()));
    if (event.getKeyValuePairs() != null) {
      event
          .getKeyValuePairs()
          .forEach(pair -> {
            line.append(' ').append(pair.key).append('=');
            quote(line, String.valueOf(pair.value));
          });
    }
    SpanContext span = Span.current().getSpanContext();
    if (span.isValid()) {
      line.append(" trace_id=").append(span.getTraceId());
    }
    line.append('\n');
    if (event.getThrowableProxy() != null) {
      line.append(throwables.convert(event));
    }
    return line.toString();
  }

  private static void quote(StringBuilder line, String value) {
    boolean plain = !value.isEmpty();
    for (int i = 0; i < value.length() && plain; i++) {
      char c = value.charAt(i);
      plain = c > ' ' && c != '"' && c != '=' && c < 127;
    }
    if (plain) {
      line.append(value);
      return;
    }
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        default -> {
          if (Character.isISOControl(c)) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
