package dev.weir.platform.tls;

import io.netty.handler.ssl.SslContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What new connections use.
 *
 * @param expiry when the own certificate expires; null: there is none
 */
record TlsInForce(SslContext context, @Nullable Instant expiry) {}
