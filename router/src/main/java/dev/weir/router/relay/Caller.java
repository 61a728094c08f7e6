package dev.weir.router.relay;

import dev.weir.router.http2.ServerConnection;
import dev.weir.router.identity.ClientIdentities;
import dev.weir.router.identity.ConnectionIdentity;
import dev.weir.router.identity.Identification;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Who calls on one client connection: its certificate is read at its first request, when the
 * handshake is over. Loop thread only.
 */
final class Caller {
  private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");

  private final ClientIdentities identities;
  private @Nullable ConnectionIdentity ofConnection;

  Caller(ClientIdentities identities) {
    this.identities = identities;
  }

  Identification of(ServerConnection connection, Http2Headers headers) {
    ConnectionIdentity known = ofConnection;
    if (known == null) {
      SslHandler tls = connection.channel().pipeline().get(SslHandler.class);
      known = identities.ofConnection(tls == null ? null : tls.engine().getSession());
      ofConnection = known;
    }
    if (!identities.looksAtTokens()) {
      return known.of(null);
    }
    Iterator<CharSequence> values = headers.valueIterator(AUTHORIZATION);
    CharSequence first = values.hasNext() ? values.next() : null;
    return values.hasNext() ? known.ofSeveral() : known.of(first);
  }
}
