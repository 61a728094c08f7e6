package dev.weir.router.identity;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.opentelemetry.api.metrics.Meter;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: from a connection's client certificate (SPIFFE id, else DNS name), and from a
 * request's token. Thread-safe.
 */
public final class ClientIdentities implements AutoCloseable {
  private static final Identification.Known NOBODY = new Identification.Known(null);

  private final boolean required;
  private final @Nullable BearerTokens tokens;
  private final Identification.Refused nobodyRefused;

  /**
   * Reads the token issuer's keys, when tokens are enabled.
   *
   * @throws dev.weir.platform.error.InvalidValueException when they cannot be used
   */
  public ClientIdentities(IdentityConfig config, Clock clock, Scheduler scheduler, Meter meter) {
    this.required = config.required();
    this.tokens =
        config.token().enabled() ? new BearerTokens(config.token(), clock, scheduler, meter) : null;
    this.nobodyRefused =
        new Identification.Refused(
            config.token().enabled()
                ? "caller: unknown (expected: authorization: Bearer with a token, or a client"
                    + " certificate that names it)"
                : "caller: unknown (expected: a client certificate that names it)");
  }

  /** Whether {@code authorization} headers are looked at; if not, they need not be searched for. */
  public boolean looksAtTokens() {
    return tokens != null;
  }

  /**
   * Reads a connection's certificate: once per connection, after its handshake.
   *
   * @param session of TLS; null: plain text
   */
  public ConnectionIdentity ofConnection(@Nullable SSLSession session) {
    Identification byCertificate = session == null ? NOBODY : byCertificate(session);
    Identification withoutToken =
        required && byCertificate instanceof Identification.Known(var identity) && identity == null
            ? nobodyRefused
            : byCertificate;
    return new ConnectionIdentity(byCertificate, withoutToken, tokens);
  }

  private static Identification byCertificate(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own
          ? CertificateName.of(own)
          : NOBODY;
    } catch (SSLPeerUnverifiedException e) {
      return NOBODY; // it showed none, and need not
    }
  }

  @Override
  public void close() {
    if (tokens != null) {
      tokens.close();
    }
  }
}
