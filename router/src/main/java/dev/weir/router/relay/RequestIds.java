package dev.weir.router.relay;

import dev.weir.router.exchange.Exchanges;
import io.netty.handler.codec.http2.Http2Headers;

/** Under which id a request's sample is kept, and feedback finds it. */
final class RequestIds {
  private RequestIds() {}

  /**
   * The message's id; else the one in the client's metadata; else a new one. An id that metadata
   * cannot carry (empty, over 256 characters, not printable ASCII) counts as none.
   */
  static String choose(String messageId, Http2Headers fromClient, Exchanges exchanges) {
    if (isUsable(messageId)) {
      return messageId;
    }
    CharSequence sent = fromClient.get(HeaderRules.REQUEST_ID);
    return sent != null && isUsable(sent) ? sent.toString() : exchanges.newRequestId();
  }

  private static boolean isUsable(CharSequence id) {
    if (id.isEmpty() || id.length() > 256) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return id.charAt(0) != ' ' && id.charAt(id.length() - 1) != ' ';
  }
}
