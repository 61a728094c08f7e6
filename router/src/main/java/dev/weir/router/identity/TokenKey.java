package dev.weir.router.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs tokens.
 *
 * @param id its {@code kid}; null: it has none
 * @param algorithms what it may be used with, of what is accepted; not empty
 * @param verifier thread-safe
 */
record TokenKey(@Nullable String id, Set<String> algorithms, JWSVerifier verifier) {
  private static final int MIN_RSA_BITS = 2_048;

  /**
   * Null for a key that is of no use here: for encryption, of a kind or for an algorithm that is
   * not accepted, too short.
   */
  static @Nullable TokenKey of(JWK key, Set<String> accepted) {
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return null;
    }
    JWSVerifier verifier;
    try {
      verifier =
          switch (key) {
            case RSAKey rsa -> rsa.size() < MIN_RSA_BITS ? null : new RSASSAVerifier(rsa);
            case ECKey ec -> new ECDSAVerifier(ec);
            case OctetSequenceKey secret -> new MACVerifier(secret);
            default -> null;
          };
    } catch (JOSEException e) {
      return null; // of no use: reported by the count of usable keys
    }
    if (verifier == null) {
      return null;
    }
    var algorithms = new HashSet<String>();
    for (JWSAlgorithm algorithm : verifier.supportedJWSAlgorithms()) {
      boolean meant = key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
      if (meant && accepted.contains(algorithm.getName())) {
        algorithms.add(algorithm.getName());
      }
    }
    return algorithms.isEmpty()
        ? null
        : new TokenKey(key.getKeyID(), Set.copyOf(algorithms), verifier);
  }
}
