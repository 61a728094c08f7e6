package dev.weir.router.relay;

import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.TlsProblem;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ends a TLS connection whose peer did not agree on HTTP/2 (RFC 9113, 3.2), and says why TLS
 * failed: once per connection, whether in the handshake or after it, where TLS 1.3 tells a client
 * that its certificate is not accepted. Event loop only.
 */
final class Http2OverTls extends ChannelInboundHandlerAdapter {
  private final ReloadingTls tls;
  private final SslHandler handler;
  private final Consumer<String> onFailure;
  private boolean failed;

  private Http2OverTls(ReloadingTls tls, SslHandler handler, Consumer<String> onFailure) {
    this.tls = tls;
    this.handler = handler;
    this.onFailure = onFailure;
  }

  /**
   * Puts TLS before what follows in a pipeline.
   *
   * @param onFailure told why the connection comes to nothing, before it is closed
   */
  static void add(
      Channel channel,
      ReloadingTls tls,
      SslHandler handler,
      Duration handshakeTimeout,
      Consumer<String> onFailure) {
    handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
    channel.pipeline().addLast(handler, new Http2OverTls(tls, handler, onFailure));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent completed) {
      if (!completed.isSuccess()) {
        String problem = TlsProblem.of(completed.cause());
        failed(context, problem == null ? String.valueOf(completed.cause().getMessage()) : problem);
      } else if (!ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol())) {
        failed(context, "the peer did not agree to HTTP/2 (ALPN h2)");
        context.close();
      }
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    String problem = TlsProblem.of(cause);
    if (problem != null) {
      failed(context, problem);
    }
    context.fireExceptionCaught(cause);
  }

  private void failed(ChannelHandlerContext context, String problem) {
    if (!failed) {
      failed = true;
      tls.failed(String.valueOf(context.channel().remoteAddress()), problem);
      onFailure.accept("TLS: " + problem);
    }
  }
}
