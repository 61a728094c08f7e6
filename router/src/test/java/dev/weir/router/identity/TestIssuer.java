package dev.weir.router.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;

/** Signs tokens for tests. */
final class TestIssuer {
  static final String NAME = "https://issuer.example.org";
  static final String AUDIENCE = "weir";

  private TestIssuer() {}

  static ECKey ec(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static RSAKey rsa(String id, int bits) {
    try {
      return new RSAKeyGenerator(bits, true).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String jwks(JWK... keys) {
    return new JWKSet(List.of(keys)).toString(false);
  }

  static TokenConfig config(Path jwks, String... algorithms) {
    return config(jwks, 100_000, 100_000, algorithms);
  }

  static TokenConfig config(
      Path jwks, int maxNewPerSecond, int maxNewPerConnection, String... algorithms) {
    return new TokenConfig(
        true,
        jwks,
        NAME,
        List.of("other", AUDIENCE),
        List.of(algorithms),
        Duration.ofSeconds(30),
        4_096,
        100,
        maxNewPerSecond,
        maxNewPerConnection,
        Duration.ofSeconds(10));
  }

  /** What a good token says. */
  static JWTClaimsSet.Builder claims(Instant now) {
    return new JWTClaimsSet.Builder()
        .issuer(NAME)
        .audience(AUDIENCE)
        .subject("alice")
        .expirationTime(Date.from(now.plusSeconds(600)));
  }

  static String token(JWK key, JWSAlgorithm algorithm, JWTClaimsSet.Builder claims) {
    return token(key, algorithm, claims, header -> header.type(JOSEObjectType.JWT));
  }

  static String token(
      JWK key,
      JWSAlgorithm algorithm,
      JWTClaimsSet.Builder claims,
      UnaryOperator<JWSHeader.Builder> header) {
    try {
      JWSSigner signer =
          switch (key) {
            case RSAKey rsa -> new RSASSASigner(rsa, true);
            case ECKey ec -> new ECDSASigner(ec);
            case OctetSequenceKey secret -> new MACSigner(secret);
            default -> throw new IllegalArgumentException(key.toString());
          };
      var jwt =
          new SignedJWT(
              header.apply(new JWSHeader.Builder(algorithm).keyID(key.getKeyID())).build(),
              claims.build());
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
