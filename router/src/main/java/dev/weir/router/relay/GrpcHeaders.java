package dev.weir.router.relay;

import dev.weir.router.wire.StatusCode;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** gRPC over HTTP/2 in headers: names, time-outs, statuses (gRPC's PROTOCOL-HTTP2). */
final class GrpcHeaders {
  static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  static final AsciiString APPLICATION_GRPC = AsciiString.cached("application/grpc");
  static final AsciiString TIMEOUT = AsciiString.cached("grpc-timeout");
  static final AsciiString ENCODING = AsciiString.cached("grpc-encoding");
  static final AsciiString ACCEPT_ENCODING = AsciiString.cached("grpc-accept-encoding");
  static final AsciiString STATUS = AsciiString.cached("grpc-status");
  static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
  static final AsciiString PREVIOUS_ATTEMPTS = AsciiString.cached("grpc-previous-rpc-attempts");
  static final AsciiString PUSHBACK = AsciiString.cached("grpc-retry-pushback-ms");
  static final AsciiString LOAD_REPORT = AsciiString.cached("endpoint-load-metrics-bin");
  static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  static final AsciiString HOST = AsciiString.cached("host");
  static final AsciiString POST = AsciiString.cached("POST");
  static final AsciiString OK_200 = AsciiString.cached("200");
  static final AsciiString ENCODINGS_TAKEN = AsciiString.cached("identity,gzip,deflate");
  static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");

  private static final long NO_TIMEOUT = -1;
  private static final String HEX = "0123456789ABCDEF";
  private static final int MAX_MESSAGE_CHARS = 4096;

  private GrpcHeaders() {}

  /**
   * Nanoseconds of a {@code grpc-timeout}; -1: none, or not in its form, which counts as none.
   *
   * @param text 1 to 8 digits and a unit of H, M, S, m, u, n
   */
  static long timeoutNanos(@Nullable CharSequence text) {
    if (text == null) {
      return NO_TIMEOUT;
    }
    int digits = text.length() - 1;
    if (digits < 1 || digits > 8) {
      return NO_TIMEOUT;
    }
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NO_TIMEOUT;
      }
      value = value * 10 + digit;
    }
    return switch (text.charAt(digits)) {
      case 'n' -> value;
      case 'u' -> value * 1_000;
      case 'm' -> value * 1_000_000;
      case 'S' -> value * 1_000_000_000;
      case 'M' -> value * 60_000_000_000L;
      // 99,999,999 hours are more than 2^63 ns
      case 'H' -> Math.min(value, 1_000_000) * 3_600_000_000_000L;
      default -> NO_TIMEOUT;
    };
  }

  /** The same as text, rounded down to what 8 digits can say, at least 1 ns. */
  static AsciiString timeoutText(long nanos) {
    long value = Math.max(1, nanos);
    char unit = 'n';
    if (value > 99_999_999) {
      value /= 1_000;
      unit = 'u';
    }
    if (value > 99_999_999) {
      value /= 1_000;
      unit = 'm';
    }
    if (value > 99_999_999) {
      value /= 1_000;
      unit = 'S';
    }
    if (value > 99_999_999) {
      value /= 60;
      unit = 'M';
    }
    if (value > 99_999_999) {
      value /= 60;
      unit = 'H';
    }
    int length = 1;
    for (long rest = value; rest > 9; rest /= 10) {
      length++;
    }
    var text = new byte[length + 1];
    text[length] = (byte) unit;
    for (int i = length - 1; i >= 0; i--) {
      text[i] = (byte) ('0' + value % 10);
      value /= 10;
    }
    return new AsciiString(text, false);
  }

  /** The code of a {@code grpc-status}; UNKNOWN when it is none. */
  static StatusCode code(CharSequence text) {
    int value = 0;
    if (text.isEmpty() || text.length() > 2) {
      return StatusCode.UNKNOWN;
    }
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return StatusCode.UNKNOWN;
      }
      value = value * 10 + digit;
    }
    return StatusCode.ofNumber(value);
  }

  /** What an answer without {@code grpc-status} means (gRPC's http-grpc-status-mapping). */
  static StatusCode ofHttpStatus(CharSequence status) {
    return switch (status.toString()) {
      case "400" -> StatusCode.INTERNAL;
      case "401" -> StatusCode.UNAUTHENTICATED;
      case "403" -> StatusCode.PERMISSION_DENIED;
      case "404" -> StatusCode.UNIMPLEMENTED;
      case "429", "502", "503", "504" -> StatusCode.UNAVAILABLE;
      default -> StatusCode.UNKNOWN;
    };
  }

  /** What RST_STREAM means when it comes from a server. */
  static StatusCode ofReset(long errorCode) {
    Http2Error error = Http2Error.valueOf(errorCode);
    if (error == null) {
      return StatusCode.UNKNOWN;
    }
    return switch (error) {
      case REFUSED_STREAM -> StatusCode.UNAVAILABLE;
      case CANCEL -> StatusCode.CANCELLED;
      case ENHANCE_YOUR_CALM -> StatusCode.RESOURCE_EXHAUSTED;
      case INADEQUATE_SECURITY -> StatusCode.PERMISSION_DENIED;
      default -> StatusCode.INTERNAL;
    };
  }

  /** Writes a status into trailers. */
  static void setStatus(Http2Headers trailers, StatusCode code, String message) {
    trailers.setInt(STATUS, code.number());
    if (message.isEmpty()) {
      trailers.remove(MESSAGE);
    } else {
      trailers.set(MESSAGE, encodeMessage(message));
    }
  }

  /** Makes trailers with a status the whole answer ("Trailers-Only"). */
  static void beginAnswer(Http2Headers trailers) {
    trailers.status(OK_200);
    trailers.set(CONTENT_TYPE, APPLICATION_GRPC);
  }

  /** A {@code grpc-message}: UTF-8, percent-encoded where it is not printable ASCII. */
  static AsciiString encodeMessage(String message) {
    String bounded =
        message.length() > MAX_MESSAGE_CHARS ? message.substring(0, MAX_MESSAGE_CHARS) : message;
    byte[] bytes = bounded.getBytes(StandardCharsets.UTF_8);
    int escapes = 0;
    for (byte b : bytes) {
      if (b < ' ' || b > '~' || b == '%') {
        escapes++;
      }
    }
    if (escapes == 0) {
      return new AsciiString(bytes, false);
    }
    var encoded = new byte[bytes.length + 2 * escapes];
    int at = 0;
    for (byte b : bytes) {
      if (b < ' ' || b > '~' || b == '%') {
        encoded[at++] = '%';
        encoded[at++] = (byte) HEX.charAt(b >> 4 & 15);
        encoded[at++] = (byte) HEX.charAt(b & 15);
      } else {
        encoded[at++] = b;
      }
    }
    return new AsciiString(encoded, false);
  }

  /** The text of a {@code grpc-message}; what is no escape stays as it is. */
  static String decodeMessage(@Nullable CharSequence encoded) {
    if (encoded == null) {
      return "";
    }
    var bytes = new byte[encoded.length()];
    int length = 0;
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%' && i + 2 < encoded.length()) {
        int high = Character.digit(encoded.charAt(i + 1), 16);
        int low = Character.digit(encoded.charAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          bytes[length++] = (byte) (high << 4 | low);
          i += 2;
          continue;
        }
      }
      bytes[length++] = (byte) c;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
