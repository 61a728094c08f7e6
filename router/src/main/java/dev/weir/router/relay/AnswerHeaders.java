package dev.weir.router.relay;

import dev.weir.router.exchange.Exchange;
import dev.weir.router.exchange.Instead;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.Reason;
import dev.weir.router.policy.VersionId;
import dev.weir.router.stored.StoredAnswer;
import dev.weir.router.wire.StatusCode;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What clients are told beside an answer. */
final class AnswerHeaders {
  private static final AsciiString ONE = AsciiString.cached("1");

  private AnswerHeaders() {}

  /** Trailers with a status that the router gives, on top of what a worker said beside it. */
  static Http2Headers status(@Nullable Http2Headers trailers, StatusCode code, String text) {
    Http2Headers answer = trailers == null ? new DefaultHttp2Headers(false, 16) : trailers;
    HeaderRules.passToClient(answer);
    GrpcHeaders.setStatus(answer, code, text);
    return answer;
  }

  /** Adds which variant answers, why, and after how many attempts. */
  static void tell(Http2Headers answer, Exchange told, String requestId) {
    Decision.Routed decision = told.decision();
    if (!decision.variant().name().isEmpty()) {
      answer.set(HeaderRules.VARIANT, decision.variant().name());
    }
    answer.set(HeaderRules.SERVED_VERSION, decision.variant().servedText());
    answer.set(HeaderRules.REASON, decision.reason().word());
    tellRest(answer, told, requestId);
    pushBack(answer, told.clientPushbackMillis());
  }

  /** Headers of an answer that no worker gives now. */
  static Http2Headers stored(StoredAnswer stored, Exchange told, String requestId) {
    Http2Headers answer = new DefaultHttp2Headers(false, 16);
    GrpcHeaders.beginAnswer(answer);
    VersionId version = stored.version();
    if (version != null) {
      answer.set(HeaderRules.SERVED_VERSION, version.toString());
    }
    answer.set(HeaderRules.REASON, Reason.FALLBACK.word());
    tellRest(answer, told, requestId);
    return answer;
  }

  private static void tellRest(Http2Headers answer, Exchange told, String requestId) {
    Instead instead = told.insteadOf();
    if (instead != null) {
      answer.set(HeaderRules.FALLBACK, instead.word());
    }
    answer.set(
        HeaderRules.ROUTE_GENERATION, Long.toUnsignedString(told.decision().route().generation()));
    answer.set(HeaderRules.ATTEMPTS, told.attempts() == 1 ? ONE : String.valueOf(told.attempts()));
    answer.set(HeaderRules.REQUEST_ID, requestId);
  }

  /** Says after how long trying again makes sense; negative: nothing is said. */
  static void pushBack(Http2Headers answer, long millis) {
    if (millis >= 0) {
      answer.setLong(GrpcHeaders.PUSHBACK, millis);
    }
  }
}
