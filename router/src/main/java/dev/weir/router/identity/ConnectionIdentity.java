package dev.weir.router.identity;

import dev.weir.router.limit.TokenBucket;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Who calls on one connection. Belongs to the connection's event loop. The last token is kept with
 * what was found, so that a client which sends the same one again, as nearly all do, costs a
 * comparison.
 */
public final class ConnectionIdentity {
  private final Identification ofConnection;
  private final Identification withoutToken;
  private final @Nullable BearerTokens tokens;
  private CharSequence lastAuthorization = "";
  private @Nullable TokenFinding last;
  private @Nullable TokenBucket fresh;

  ConnectionIdentity(
      Identification ofConnection, Identification withoutToken, @Nullable BearerTokens tokens) {
    this.ofConnection = ofConnection;
    this.withoutToken = withoutToken;
    this.tokens = tokens;
  }

  /** What is made of a request with several {@code authorization} headers. */
  public Identification ofSeveral() {
    return tokens == null ? withoutToken : tokens.several();
  }

  /**
   * Who makes a request. A token counts before the certificate; one that proves nothing is refused,
   * also where none is needed. Never throws, whatever the header holds.
   *
   * @param authorization value of the request's only {@code authorization} header, not changed
   *     afterwards; null: it has none
   */
  public Identification of(@Nullable CharSequence authorization) {
    if (authorization == null || tokens == null) {
      return withoutToken;
    }
    if (ofConnection instanceof Identification.Refused) {
      return ofConnection;
    }
    TokenFinding known = last;
    if (known != null
        && known.holds(tokens.keysInForce(), tokens.nanoTime())
        && AsciiString.contentEquals(authorization, lastAuthorization)) {
      tokens.countHit();
      return known.identification();
    }
    TokenBucket share = fresh;
    if (share == null) {
      share = tokens.shareOfConnection();
      fresh = share;
    }
    TokenFinding found = tokens.find(authorization, share);
    boolean keeps = tokens.isShort(authorization);
    last = keeps ? found : null;
    lastAuthorization = keeps ? authorization : "";
    return found.identification();
  }
}
