package dev.weir.platform.tls;

import dev.weir.platform.file.NamedFile;
import dev.weir.platform.file.ReloadedFiles;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.netty.handler.ssl.SslContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleGauge;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS whose certificates are followed while the process runs: replace the files, and connections
 * from then on use the new ones. Files that cannot be used change nothing. Connections that are
 * open stay open. Thread-safe.
 *
 * <p>Metrics: {@code weir_tls_certificate_days_left}, {@code weir_files_reloads_total}, {@code
 * weir_files_refusals_total}, all by {@code what}, the setting's prefix.
 */
public final class ReloadingTls implements AutoCloseable {
  private static final AttributeKey<String> WHAT = AttributeKey.stringKey("what");
  private static final double SECONDS_PER_DAY = Duration.ofDays(1).toSeconds();

  private final ReloadedFiles<TlsInForce> files;
  private final SslContext context;
  private final ObservableDoubleGauge daysLeft;

  private ReloadingTls(
      String what, ReloadedFiles<TlsInForce> files, String serverName, Clock clock, Meter meter) {
    this.files = files;
    this.context = new DelegatingTls(this::current, serverName);
    Attributes attributes = Attributes.of(WHAT, what);
    this.daysLeft =
        meter
            .gaugeBuilder("weir_tls_certificate_days_left")
            .setDescription("Days until the certificate shown to peers expires; negative: it has.")
            .buildWithCallback(gauge -> {
              Instant expiry = files.current().expiry();
              if (expiry != null) {
                double seconds = Duration.between(clock.now(), expiry).toSeconds();
                gauge.record(seconds / SECONDS_PER_DAY, attributes);
              }
            });
  }

  /**
   * TLS of a listener; null when it is not enabled.
   *
   * @param prefix key of the settings: "grpc.tls"
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls server(
      String prefix, ServerTlsConfig config, Clock clock, Scheduler scheduler, Meter meter) {
    if (!config.enabled()) {
      return null;
    }
    var certificate = new NamedFile(prefix + ".certificate", config.certificate());
    var key = new NamedFile(prefix + ".private-key", config.privateKey());
    var cas = new NamedFile(prefix + ".client-cas", config.clientCas());
    boolean asks = config.clientCertificates() != ClientCertificates.NONE;
    var files =
        new ReloadedFiles<>(
            prefix,
            asks ? List.of(certificate, key, cas) : List.of(certificate, key),
            contents -> {
              Credentials own = credentials(certificate, key, contents, 0, clock);
              List<X509Certificate> trusted =
                  asks ? Pem.certificates(cas, contents.get(2)) : List.of();
              try {
                return new TlsInForce(
                    Http2Tls.server(own, config.clientCertificates(), trusted), own.expiry());
              } catch (SSLException e) {
                throw certificate.refused("what TLS can use; " + e.getMessage());
              }
            },
            config.reloadInterval(),
            scheduler,
            meter);
    return new ReloadingTls(prefix, files, "", clock, meter);
  }

  /**
   * TLS of channels; null when it is not enabled.
   *
   * @param prefix key of the settings: "tls"
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls client(
      String prefix, ClientTlsConfig config, Clock clock, Scheduler scheduler, Meter meter) {
    if (!config.enabled()) {
      return null;
    }
    var cas = new NamedFile(prefix + ".trusted-cas", config.trustedCas());
    var certificate = new NamedFile(prefix + ".certificate", config.certificate());
    var key = new NamedFile(prefix + ".private-key", config.privateKey());
    var names = new ArrayList<>(List.of(cas));
    if (config.showsCertificate()) {
      names.add(certificate);
      names.add(key);
    }
    var files =
        new ReloadedFiles<>(
            prefix,
            names,
            contents -> {
              List<X509Certificate> trusted = Pem.certificates(cas, contents.getFirst());
              Credentials own =
                  config.showsCertificate()
                      ? credentials(certificate, key, contents, 1, clock)
                      : null;
              try {
                return new TlsInForce(
                    Http2Tls.client(own, trusted), own == null ? null : own.expiry());
              } catch (SSLException e) {
                throw cas.refused("what TLS can use; " + e.getMessage());
              }
            },
            config.reloadInterval(),
            scheduler,
            meter);
    return new ReloadingTls(prefix, files, config.serverName(), clock, meter);
  }

  private static Credentials credentials(
      NamedFile certificate, NamedFile key, List<byte[]> contents, int first, Clock clock) {
    return Credentials.of(
        certificate,
        Pem.certificates(certificate, contents.get(first)),
        key,
        Pem.privateKey(key, contents.get(first + 1)),
        clock.now());
  }

  /**
   * The context to hold: each connection that is opened with it is one of {@link #current} at that
   * time.
   */
  public SslContext context() {
    return context;
  }

  /** The context of the moment; do not hold it. */
  public SslContext current() {
    return files.current().context();
  }

  @Override
  public void close() {
    daysLeft.close();
    files.close();
  }
}
