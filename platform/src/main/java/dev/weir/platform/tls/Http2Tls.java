package dev.weir.platform.tls;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS as HTTP/2 wants it (RFC 9113, 9.2): TLS 1.3 or 1.2, its cipher suites, ALPN {@code h2}. A
 * peer that offers protocols, but not this one, is refused in the handshake.
 */
final class Http2Tls {
  /** A session that is resumed was not checked anew: bounds how long that can go on. */
  private static final long SESSION_SECONDS = 3_600;

  private static final long SESSIONS = 20_000;

  private Http2Tls() {}

  static SslContext server(
      Credentials own, ClientCertificates clients, List<X509Certificate> clientCas)
      throws SSLException {
    SslContextBuilder builder = SslContextBuilder.forServer(own.key(), own.chain());
    if (clients != ClientCertificates.NONE) {
      builder.trustManager(clientCas);
    }
    builder.clientAuth(
        switch (clients) {
          case NONE -> ClientAuth.NONE;
          case OPTIONAL -> ClientAuth.OPTIONAL;
          case REQUIRED -> ClientAuth.REQUIRE;
        });
    return build(builder);
  }

  /** Servers' names are checked against their certificates. */
  static SslContext client(@Nullable Credentials own, List<X509Certificate> trustedCas)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .trustManager(trustedCas)
            .endpointIdentificationAlgorithm("HTTPS");
    if (own != null) {
      builder.keyManager(own.key(), own.chain());
    }
    return build(builder);
  }

  private static SslContext build(SslContextBuilder builder) throws SSLException {
    return builder
        .sslProvider(SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.FATAL_ALERT,
                SelectedListenerFailureBehavior.FATAL_ALERT,
                ApplicationProtocolNames.HTTP_2))
        .sessionTimeout(SESSION_SECONDS)
        .sessionCacheSize(SESSIONS)
        .build();
  }
}
