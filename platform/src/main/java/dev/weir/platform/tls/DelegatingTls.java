package dev.weir.platform.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * The context that grpc-java and the relay hold: each new connection is one of the context in
 * force. Since a reload makes a new context, sessions of the old one are not resumed: a client
 * whose authority was taken out of the file has to show a certificate again.
 */
final class DelegatingTls extends SslContext {
  private final Supplier<SslContext> inForce;
  private final String serverName;

  /**
   * @param serverName name that the peer's certificate must bear instead of the host's; empty: the
   *     host's
   */
  DelegatingTls(Supplier<SslContext> inForce, String serverName) {
    this.inForce = inForce;
    this.serverName = serverName;
  }

  @Override
  public boolean isClient() {
    return inForce.get().isClient();
  }

  @Override
  public List<String> cipherSuites() {
    return inForce.get().cipherSuites();
  }

  @Override
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return inForce.get().applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator alloc) {
    SslContext context = inForce.get();
    return serverName.isEmpty()
        ? context.newEngine(alloc)
        : context.newEngine(alloc, serverName, -1);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator alloc, String peerHost, int peerPort) {
    return inForce.get().newEngine(alloc, serverName.isEmpty() ? peerHost : serverName, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return inForce.get().sessionContext();
  }
}
