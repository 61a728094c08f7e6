package dev.weir.router.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a TLS connection whose peer did not agree on HTTP/2 (RFC 9113, 3.2). */
final class Http2OverTls extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Http2OverTls.class);

  private final SslHandler handler;

  private Http2OverTls(SslHandler handler) {
    this.handler = handler;
  }

  /** Puts TLS before what follows in a pipeline. */
  static void add(Channel channel, SslHandler handler, Duration handshakeTimeout) {
    handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
    channel.pipeline().addLast(handler, new Http2OverTls(handler));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent completed) {
      if (!completed.isSuccess()) {
        LOG.atInfo()
            .addKeyValue("peer", context.channel().remoteAddress())
            .addKeyValue("problem", String.valueOf(completed.cause().getMessage()))
            .log("TLS handshake failed");
      } else if (!ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol())) {
        LOG.atInfo()
            .addKeyValue("peer", context.channel().remoteAddress())
            .log("peer does not speak HTTP/2 over TLS");
        context.close();
      }
    }
    context.fireUserEventTriggered(event);
  }
}
