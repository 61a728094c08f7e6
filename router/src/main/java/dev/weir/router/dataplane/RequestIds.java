package dev.weir.router.dataplane;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.router.exchange.Exchanges;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** Under which id a request's sample is kept, and feedback finds it. */
final class RequestIds {
  private RequestIds() {}

  /**
   * The message's id; else the one in the client's metadata; else a new one. An id that metadata
   * cannot carry (empty, over 256 characters, not printable ASCII) counts as none.
   */
  static String choose(String messageId, Metadata fromClient, Exchanges exchanges) {
    if (isUsable(messageId)) {
      return messageId;
    }
    @Nullable String sent = fromClient.get(MeshMetadata.REQUEST_ID);
    return sent != null && isUsable(sent) ? sent : exchanges.newRequestId();
  }

  private static boolean isUsable(String id) {
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
