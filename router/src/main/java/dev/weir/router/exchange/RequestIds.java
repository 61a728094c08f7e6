package dev.weir.router.exchange;

import org.jspecify.annotations.Nullable;

/** Under which id a request's sample is kept, and feedback finds it. */
public final class RequestIds {
  private RequestIds() {}

  /**
   * The message's id; else the one in the client's metadata; else a new one. An id that metadata
   * cannot carry (empty, over 256 characters, not printable ASCII) counts as none.
   *
   * @param sent the client's {@code weir-request-id}; null: none
   */
  public static String choose(String messageId, @Nullable CharSequence sent, Exchanges exchanges) {
    if (isUsable(messageId)) {
      return messageId;
    }
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
