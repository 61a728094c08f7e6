package dev.weir.router.relay;

import dev.weir.router.exchange.Attempt;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A request's headers, as the client sent them until the first attempt, and as workers get them
 * from then on. Loop thread only.
 */
final class RequestHeaders {
  /** What an attempt has left that nothing ends, nanoseconds. */
  static final long NO_TIMEOUT = Long.MAX_VALUE;

  private static final Http2Headers NONE = new DefaultHttp2Headers(false, 0);

  private final HeaderRules rules;
  private Http2Headers headers = NONE;
  private boolean passed;
  private String requestId = "";

  RequestHeaders(HeaderRules rules) {
    this.rules = rules;
  }

  /** Whether they have come. */
  boolean areHere() {
    return headers != NONE;
  }

  /** Here they are. */
  void receive(Http2Headers received) {
    headers = received;
  }

  /** A value as the client sent it; null: none. */
  @Nullable CharSequence get(CharSequence name) {
    return headers.get(name);
  }

  /** A value as text; null: none. */
  @Nullable String text(CharSequence name) {
    CharSequence value = headers.get(name);
    return value == null ? null : value.toString();
  }

  /** The request's id; empty: none, as the messages of a stream have ids of their own. */
  String requestId() {
    return requestId;
  }

  /** Says under which id the request is known. */
  void requestId(String id) {
    requestId = id;
  }

  /**
   * What a worker gets with an attempt: the same object each time.
   *
   * @param timeoutNanos what the attempt has left
   */
  Http2Headers forWorker(Attempt sent, AsciiString authority, long timeoutNanos) {
    if (!passed) {
      passed = true;
      rules.passToWorker(headers);
    }
    return address(headers, sent, authority, timeoutNanos);
  }

  /**
   * The same in an object of its own, for one worker of several; what the client sent stays.
   *
   * @param timeoutNanos what it has left, or {@link #NO_TIMEOUT}
   */
  Http2Headers forCopy(Attempt sent, AsciiString authority, long timeoutNanos) {
    var copy = new DefaultHttp2Headers(false, headers.size() + 4);
    copy.add(headers);
    if (!passed) {
      rules.passToWorker(copy);
    }
    return address(copy, sent, authority, timeoutNanos);
  }

  private Http2Headers address(
      Http2Headers to, Attempt sent, AsciiString authority, long timeoutNanos) {
    to.authority(authority);
    if (timeoutNanos != NO_TIMEOUT) {
      to.set(GrpcHeaders.TIMEOUT, GrpcHeaders.timeoutText(timeoutNanos));
    }
    to.set(HeaderRules.ASSIGNMENT, Base64Text.of(sent.assignment()));
    if (!requestId.isEmpty()) {
      to.set(HeaderRules.REQUEST_ID, requestId);
    }
    String traceparent = sent.traceparent();
    if (traceparent != null) {
      to.set(GrpcHeaders.TRACEPARENT, traceparent);
    }
    return to;
  }
}
