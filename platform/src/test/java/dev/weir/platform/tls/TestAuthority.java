package dev.weir.platform.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** A certificate authority for tests. What it issues is valid for centuries unless told. */
public final class TestAuthority {
  private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant UNTIL = Instant.parse("2200-01-01T00:00:00Z");

  private final X509Bundle root;

  public TestAuthority(String name) {
    try {
      this.root =
          template("CN=" + name)
              .setIsCertificateAuthority(true)
              .setKeyUsage(
                  true,
                  CertificateBuilder.KeyUsage.keyCertSign,
                  CertificateBuilder.KeyUsage.digitalSignature)
              .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException("no test authority", e);
    }
  }

  private static CertificateBuilder template(String subject) {
    return new CertificateBuilder().ecp256().subject(subject).notBefore(FROM).notAfter(UNTIL);
  }

  /** A certificate for 127.0.0.1 and localhost, and whatever is added to it. */
  public X509Bundle issue(UnaryOperator<CertificateBuilder> more) {
    return issueBare(b -> more.apply(b.addSanDnsName("localhost").addSanIpAddress("127.0.0.1")));
  }

  /** A certificate that bears only the names that are added. */
  public X509Bundle issueBare(UnaryOperator<CertificateBuilder> more) {
    try {
      return more.apply(template("CN=leaf")).buildIssuedBy(root);
    } catch (Exception e) {
      throw new IllegalStateException("no test certificate", e);
    }
  }

  /** A client's certificate with this SPIFFE id. */
  public X509Bundle issueSpiffe(String id) {
    return issueBare(b -> {
      try {
        return b.addSanUriName(id);
      } catch (java.net.URISyntaxException e) {
        throw new IllegalArgumentException(id, e);
      }
    });
  }

  /** A certificate whose time is over. */
  public X509Bundle issueExpired() {
    return issue(b -> b.notAfter(Instant.parse("2021-01-01T00:00:00Z")));
  }

  /** The authority itself. */
  public X509Bundle root() {
    return root;
  }

  /** Files as a server or client has them. */
  public record PemFiles(Path certificate, Path key, Path cas) {
    /** A listener's TLS with these files. */
    public ServerTlsConfig listener(ClientCertificates clients, Duration reloadInterval) {
      return new ServerTlsConfig(true, certificate, key, clients, cas, reloadInterval);
    }
  }

  /** Writes a certificate, its key, and the authority's own certificate. */
  public PemFiles write(Path folder, String name, X509Bundle bundle) {
    Path certificate = folder.resolve(name + ".pem");
    Path key = folder.resolve(name + ".key");
    Path cas = folder.resolve(name + "-ca.pem");
    write(certificate, bundle.getCertificatePEM());
    write(key, bundle.getPrivateKeyPEM());
    write(cas, root.getCertificatePEM());
    return new PemFiles(certificate, key, cas);
  }

  /** Writes a file, replacing what is there. */
  public static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
