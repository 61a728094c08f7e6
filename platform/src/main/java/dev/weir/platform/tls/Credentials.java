package dev.weir.platform.tls;

import dev.weir.platform.file.NamedFile;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What one end shows of itself: a certificate with those that issued it, and its private key. They
 * were checked against each other and against the time.
 */
record Credentials(List<X509Certificate> chain, PrivateKey key) {
  private static final byte[] PROBE = {87, 101, 105, 114};

  /**
   * Checks them.
   *
   * @throws dev.weir.platform.error.InvalidValueException when the key is another certificate's, a
   *     certificate does not come from the one after it, or one of them is not valid now
   */
  static Credentials of(
      NamedFile certificateFile,
      List<X509Certificate> chain,
      NamedFile keyFile,
      PrivateKey key,
      Instant now) {
    X509Certificate leaf = chain.getFirst();
    if (!belongs(key, leaf.getPublicKey())) {
      throw keyFile.refused(
          "the private key of the first certificate in " + certificateFile.path());
    }
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!issued(chain.get(i + 1), chain.get(i))) {
        throw certificateFile.refused(
            "the server's or client's own certificate first, each one issued by the next; number "
                + (i + 1)
                + " is not issued by number "
                + (i + 2));
      }
    }
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate certificate = chain.get(i);
      if (now.isAfter(certificate.getNotAfter().toInstant())) {
        throw certificateFile.refused(
            "certificates that are valid now; number "
                + (i + 1)
                + " expired at "
                + certificate.getNotAfter().toInstant());
      }
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        throw certificateFile.refused(
            "certificates that are valid now; number "
                + (i + 1)
                + " is not valid before "
                + certificate.getNotBefore().toInstant());
      }
    }
    return new Credentials(chain, key);
  }

  private static boolean issued(X509Certificate issuer, X509Certificate issuedOne) {
    if (!issuedOne.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      issuedOne.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean belongs(PrivateKey key, PublicKey publicKey) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(PROBE);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(publicKey);
      verifier.update(PROBE);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // keys of different algorithms
    }
  }

  /** When the first of the chain expires. */
  Instant expiry() {
    Instant first = Instant.MAX;
    for (X509Certificate certificate : chain) {
      Instant expiry = certificate.getNotAfter().toInstant();
      first = expiry.isBefore(first) ? expiry : first;
    }
    return first;
  }
}
