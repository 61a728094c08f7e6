package dev.weir.router.exchange;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;

/** The W3C {@code traceparent} header: {@code version-traceid-parentid-flags}. */
final class Traceparent {
  private static final int TRACE_ID = 3;
  private static final int SPAN_ID = 36;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;

  private Traceparent() {}

  /** The remote context; invalid when the text is none. Later versions may be longer. */
  static SpanContext parse(String text) {
    boolean shaped =
        text.length() >= LENGTH
            && text.charAt(2) == '-'
            && text.charAt(TRACE_ID + 32) == '-'
            && text.charAt(SPAN_ID + 16) == '-'
            && !text.startsWith("ff")
            && (text.length() == LENGTH || !text.startsWith("00") && text.charAt(LENGTH) == '-');
    if (!shaped) {
      return SpanContext.getInvalid();
    }
    String traceId = text.substring(TRACE_ID, TRACE_ID + 32);
    String spanId = text.substring(SPAN_ID, SPAN_ID + 16);
    int high = Character.digit(text.charAt(FLAGS), 16);
    int low = Character.digit(text.charAt(FLAGS + 1), 16);
    if (!TraceId.isValid(traceId) || !SpanId.isValid(spanId) || high < 0 || low < 0) {
      return SpanContext.getInvalid();
    }
    return SpanContext.createFromRemoteParent(
        traceId, spanId, TraceFlags.fromByte((byte) (high << 4 | low)), TraceState.getDefault());
  }

  static String format(SpanContext context) {
    return "00-"
        + context.getTraceId()
        + '-'
        + context.getSpanId()
        + '-'
        + context.getTraceFlags().asHex();
  }
}
