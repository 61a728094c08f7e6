package dev.weir.router.relay;

import dev.weir.router.exchange.Attempt;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.wire.StatusCode;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Whose attempt it is: a client's call, or a copy for a shadow version. Loop thread only. */
interface AttemptOwner {
  /** What a worker gets as headers. */
  Http2Headers headersFor(Attempt sent, AsciiString authority);

  /** Sends the request to the attempt's stream: what is here now, the rest as it comes. */
  void sendRequest(Http2Stream worker, Attempt sent);

  /** The answer has come whole, with status OK, and is held: to be delivered, or set aside. */
  void answered(InferAttempt by, Http2Headers headers, Http2Headers trailers);

  /** The answer is too long to be held until its status is known. */
  void outgrown(InferAttempt by, Http2Headers headers);

  /** The end of an answer that has been passed on, with status OK. */
  void ended(InferAttempt by, Http2Headers trailers);

  /**
   * The attempt failed.
   *
   * @param trailers what the worker said beside its status; null: nothing
   */
  void failed(InferAttempt by, StatusCode code, String text, @Nullable Http2Headers trailers);
}
