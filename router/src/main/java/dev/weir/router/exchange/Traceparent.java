package dev.weir.router.exchange;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** The W3C {@code traceparent} header: {@code version-traceid-parentid-flags}. */
final class Traceparent {
  private static final int TRACE_ID = 3;
  private static final int SPAN_ID = 36;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

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

  /** A new context that is not sampled. */
  static String unsampled(RandomGenerator random, long lowHalfOfTrace) {
    byte[] text = new byte[LENGTH];
    text[0] = '0';
    text[1] = '0';
    text[2] = '-';
    hex(text, TRACE_ID, random.nextLong());
    // ids that are all zeros are invalid
    hex(text, TRACE_ID + 16, lowHalfOfTrace | 1);
    text[TRACE_ID + 32] = '-';
    hex(text, SPAN_ID, random.nextLong() | 1);
    text[SPAN_ID + 16] = '-';
    text[FLAGS] = '0';
    text[FLAGS + 1] = '0';
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void hex(byte[] text, int at, long bits) {
    for (int i = 0; i < 16; i++) {
      text[at + i] = DIGITS[(int) (bits >>> 60 - 4 * i) & 15];
    }
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
