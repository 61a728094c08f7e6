package dev.weir.platform.tls;

import dev.weir.platform.file.NamedFile;
import dev.weir.platform.file.ReloadedFiles;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.netty.handler.ssl.SslContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * TLS whose certificates are followed while the process runs: replace the files, and connections
 * from then on use the new ones. Files that cannot be used change nothing. Connections that are
 * open stay open. Thread-safe.
 *
 * <p>Metrics: {@code weir_tls_certificate_days_left}, {@code weir_tls_failures_total}, {@code
 * weir_files_reloads_total}, {@code weir_files_refusals_total}, all by {@code what}, the setting's
 * prefix.
 */
public final class ReloadingTls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);
  private static final Duration LOG_PAUSE = Duration.ofSeconds(1);
  private static final AttributeKey<String> WHAT = AttributeKey.stringKey("what");
  private static final double SECONDS_PER_DAY = Duration.ofDays(1).toSeconds();

  private final String what;
  private final Clock clock;
  private final ReloadedFiles<TlsInForce> files;
  private final SslContext context;
  private final LongAdder failures = new LongAdder();
  private final AtomicLong nextLogNanos;
  private final List<Runnable> shown = new CopyOnWriteArrayList<>();

  private ReloadingTls(
      String what, ReloadedFiles<TlsInForce> files, String serverName, Clock clock) {
    this.what = what;
    this.clock = clock;
    this.files = files;
    this.nextLogNanos = new AtomicLong(clock.nanoTime());
    this.context = new DelegatingTls(this::current, serverName);
  }

  /** Shows what is counted here. Once. */
  public void registerWith(Meter meter) {
    files.registerWith(meter);
    Attributes attributes = Attributes.of(WHAT, what);
    var daysLeft =
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
    var failed =
        meter
            .counterBuilder("weir_tls_failures")
            .setDescription("Connections that TLS refused: a certificate, or a peer without TLS.")
            .buildWithCallback(counter -> counter.record(failures.sum(), attributes));
    shown.add(daysLeft::close);
    shown.add(failed::close);
  }

  /**
   * A connection came to nothing: counts it, and logs it if none was logged in the last second, so
   * that neither a scanner nor a peer that tries again fills the log.
   *
   * @param peer whom it was to
   * @param problem what TLS said
   */
  public void failed(Object peer, String problem) {
    failures.increment();
    long now = clock.nanoTime();
    long due = nextLogNanos.get();
    boolean says = now - due >= 0 && nextLogNanos.compareAndSet(due, now + LOG_PAUSE.toNanos());
    LOG.atLevel(says ? Level.INFO : Level.DEBUG)
        .addKeyValue("what", what)
        .addKeyValue("peer", peer)
        .addKeyValue("problem", problem)
        .log("TLS refused a connection");
  }

  /**
   * TLS of a listener; null when it is not enabled.
   *
   * @param prefix key of the settings: "grpc.tls"
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls server(
      String prefix, ServerTlsConfig config, Clock clock, Scheduler scheduler) {
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
            scheduler);
    return new ReloadingTls(prefix, files, "", clock);
  }

  /**
   * TLS of channels; null when it is not enabled.
   *
   * @param prefix key of the settings: "tls"
   * @throws dev.weir.platform.error.InvalidValueException when its files cannot be used
   */
  public static @Nullable ReloadingTls client(
      String prefix, ClientTlsConfig config, Clock clock, Scheduler scheduler) {
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
            scheduler);
    return new ReloadingTls(prefix, files, config.serverName(), clock);
  }

  /** How often {@link #failed} was called. */
  long failures() {
    return failures.sum();
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

  /**
   * The same for servers that want the JDK's class. They make engines with it, no sockets, and ask
   * for certificates themselves.
   */
  public SSLContext jdkContext() {
    return DelegatingJdkTls.of(this);
  }

  /** The context of the moment; do not hold it. */
  public SslContext current() {
    return files.current().context();
  }

  @Override
  public void close() {
    shown.forEach(Runnable::run);
    files.close();
  }
}
