package dev.weir.router.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.ClientIdentity.Proof;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens: form, algorithm, key, signature, then what they say. Pure: time and keys are
 * given. Neither addresses nor keys inside a token are followed. Thread-safe.
 */
final class TokenVerifier {
  private static final int MAX_SUBJECT_LENGTH = 2_048;
  private static final Set<JOSEObjectType> TYPES =
      Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"));

  private final TokenConfig config;
  private final Set<String> algorithms;
  private final Set<String> audiences;

  TokenVerifier(TokenConfig config) {
    this.config = config;
    this.algorithms = Set.copyOf(config.algorithms());
    this.audiences = new HashSet<>(config.audiences());
  }

  /** What a token proves. */
  sealed interface Result {
    /** Proven, until then. */
    record Proven(ClientIdentity identity, Instant until) implements Result {}

    /** Nothing. */
    record Faulty(TokenFault fault) implements Result {}
  }

  /** Never throws, whatever the token is. */
  Result verify(String token, TokenKeys keys, Instant now) {
    if (token.length() > config.maxTokenBytes()) {
      return new Result.Faulty(TokenFault.LENGTH);
    }
    if (!hasFormOfJws(token)) {
      return new Result.Faulty(TokenFault.FORM);
    }
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      TokenFault fault = checkSignature(jwt, keys);
      return fault == null ? checkClaims(jwt.getJWTClaimsSet(), now) : new Result.Faulty(fault);
    } catch (ParseException | RuntimeException e) {
      // its text may quote the token; a parser that trips over a stranger's bytes is no bug of ours
      return new Result.Faulty(TokenFault.FORM);
    }
  }

  /**
   * Three parts of base64url. The parser would pass over other characters, and so take endless
   * variants of one token for different ones.
   */
  private static boolean hasFormOfJws(String token) {
    int dots = 0;
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '.') {
        dots++;
        continue;
      }
      boolean base64Url =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_';
      if (!base64Url) {
        return false;
      }
    }
    return dots == 2;
  }

  private @Nullable TokenFault checkSignature(SignedJWT jwt, TokenKeys keys) {
    JWSHeader header = jwt.getHeader();
    String algorithm = header.getAlgorithm().getName();
    if (!algorithms.contains(algorithm)) {
      return TokenFault.ALGORITHM;
    }
    boolean hasUnknownDemands =
        header.getCriticalParams() != null && !header.getCriticalParams().isEmpty();
    boolean isOfOtherType = header.getType() != null && !TYPES.contains(header.getType());
    if (hasUnknownDemands || isOfOtherType || !header.isBase64URLEncodePayload()) {
      return TokenFault.FORM;
    }
    TokenKey key = keys.find(header.getKeyID(), algorithm);
    if (key == null) {
      return TokenFault.KEY;
    }
    try {
      boolean verified = key.verifier().verify(header, jwt.getSigningInput(), jwt.getSignature());
      return verified ? null : TokenFault.SIGNATURE;
    } catch (JOSEException e) {
      return TokenFault.SIGNATURE;
    }
  }

  private Result checkClaims(JWTClaimsSet claims, Instant now) {
    if (!config.issuer().equals(claims.getIssuer())) {
      return new Result.Faulty(TokenFault.ISSUER);
    }
    if (Collections.disjoint(audiences, claims.getAudience())) {
      return new Result.Faulty(TokenFault.AUDIENCE);
    }
    Duration skew = config.clockSkew();
    Date expiry = claims.getExpirationTime();
    if (expiry == null || !now.isBefore(expiry.toInstant().plus(skew))) {
      return new Result.Faulty(TokenFault.EXPIRED);
    }
    Date begin = claims.getNotBeforeTime();
    if (begin != null && now.isBefore(begin.toInstant().minus(skew))) {
      return new Result.Faulty(TokenFault.NOT_YET_VALID);
    }
    String subject = claims.getSubject();
    if (subject == null || !isUsableName(subject)) {
      return new Result.Faulty(TokenFault.SUBJECT);
    }
    return new Result.Proven(
        new ClientIdentity(subject, Proof.TOKEN), expiry.toInstant().plus(skew));
  }

  private static boolean isUsableName(String subject) {
    if (subject.isBlank() || subject.length() > MAX_SUBJECT_LENGTH) {
      return false;
    }
    for (int i = 0; i < subject.length(); i++) {
      if (Character.isISOControl(subject.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
