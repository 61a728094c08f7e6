package dev.weir.router.identity;

import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.ClientIdentity.Proof;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The name in a client's certificate: its SPIFFE id, else its first DNS name. The subject is not
 * looked at. TLS has verified the certificate before.
 */
final class CertificateName {
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int MAX_DNS_LENGTH = 253;

  private CertificateName() {}

  /**
   * Reads it. A certificate that claims a SPIFFE id and breaks the rules for one is refused: it
   * must not pass by another of its names.
   */
  static Identification of(X509Certificate certificate) {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return new Identification.Refused(
          "client certificate: its subject alternative names cannot be read (expected: RFC 5280)");
    }
    if (names == null) {
      return new Identification.Known(null);
    }
    String spiffe = null;
    String dns = null;
    int uris = 0;
    for (List<?> name : names) {
      if (!(name.get(1) instanceof String value)) {
        continue; // of another kind
      }
      switch ((Integer) name.get(0)) {
        case URI -> {
          uris++;
          spiffe = SpiffeId.isClaimedBy(value) ? value : spiffe;
        }
        case DNS -> dns = dns == null ? usableDns(value) : dns;
        default -> {}
      }
    }
    if (spiffe != null) {
      return ofSpiffe(certificate, spiffe, uris);
    }
    return new Identification.Known(
        dns == null ? null : new ClientIdentity(dns, Proof.CERTIFICATE));
  }

  private static Identification ofSpiffe(X509Certificate certificate, String id, int uris) {
    if (uris > 1) {
      return new Identification.Refused(
          "client certificate: " + uris + " URI names (expected: one, its SPIFFE id)");
    }
    if (!SpiffeId.isValid(id)) {
      return new Identification.Refused(
          "client certificate: a SPIFFE id that is none (expected: spiffe://trust-domain/path)");
    }
    if (certificate.getBasicConstraints() >= 0) {
      return new Identification.Refused(
          "client certificate: an authority's (expected: a workload's)");
    }
    return new Identification.Known(new ClientIdentity(id, Proof.CERTIFICATE));
  }

  /** Null for wildcards and what is no DNS name: it names nobody. */
  static @Nullable String usableDns(String name) {
    if (name.isEmpty() || name.length() > MAX_DNS_LENGTH) {
      return null;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
      if (!allowed) {
        return null;
      }
    }
    return lower;
  }
}
