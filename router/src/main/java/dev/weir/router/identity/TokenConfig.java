package dev.weir.router.identity;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Which tokens (signed JWTs, RFC 7519) prove an identity. */
public record TokenConfig(
    @Setting("Whether `authorization: Bearer ...` is verified; if not, it is not looked at.")
        boolean enabled,
    @Setting("File with the issuer's public keys (JWKS, RFC 7517); followed while running.")
        Path jwks,
    @Setting("Issuer that a token must name (iss).") String issuer,
    @Setting("Audiences of which a token must name one (aud).") List<String> audiences,
    @Setting(
            "Signature algorithms accepted: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512; HS256, HS384 and HS512 need the secret in the file.")
        List<String> algorithms,
    @Setting("How far the issuer's clock may be from ours, 0s to 10m.") Duration clockSkew,
    @Setting("Longest token, bytes, 256 to 65536.") int maxTokenBytes,
    @Setting("Verified tokens remembered until they expire, 16 to 10000000.") int maxCachedTokens,
    @Setting(
            "Tokens not seen before that are verified per second, 1 to 100000, and ten times as many at once; what is over gets RESOURCE_EXHAUSTED.")
        int maxNewPerSecond,
    @Setting("The same for one connection, 1 to 100000.") int maxNewPerConnection,
    @Setting("Time between two looks at the file for changes, 100ms to 1h.")
        Duration reloadInterval) {
  private static final List<String> KNOWN =
      List.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256",
          "HS384", "HS512");

  public TokenConfig {
    audiences = List.copyOf(audiences);
    algorithms = List.copyOf(algorithms);
    for (String algorithm : algorithms) {
      if (!KNOWN.contains(algorithm)) {
        throw new InvalidValueException("algorithms", algorithm, String.join(", ", KNOWN));
      }
    }
    Check.inRange("clockSkew", clockSkew, Duration.ZERO, Duration.ofMinutes(10));
    Check.inRange("maxTokenBytes", maxTokenBytes, 256, 65_536);
    Check.inRange("maxCachedTokens", maxCachedTokens, 16, 10_000_000);
    Check.inRange("maxNewPerSecond", maxNewPerSecond, 1, 100_000);
    Check.inRange("maxNewPerConnection", maxNewPerConnection, 1, 100_000);
    Check.inRange("reloadInterval", reloadInterval, Duration.ofMillis(100), Duration.ofHours(1));
    if (enabled) {
      if (jwks.toString().isBlank()) {
        throw new InvalidValueException(
            "jwks", "\"\"", "the path of a JWKS file, since tokens are verified");
      }
      Check.notBlank("issuer", issuer);
      if (audiences.isEmpty()) {
        throw new InvalidValueException(
            "audiences", "none", "at least one: a token for another service is none for this one");
      }
      if (algorithms.isEmpty()) {
        throw new InvalidValueException("algorithms", "none", "at least one");
      }
    }
  }

  /** Tokens are not looked at. */
  public static TokenConfig disabled() {
    return new TokenConfig(
        false,
        Path.of(""),
        "",
        List.of(),
        List.of("ES256", "RS256", "PS256"),
        Duration.ofSeconds(30),
        8 << 10,
        100_000,
        500,
        50,
        Duration.ofSeconds(10));
  }
}
