package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.Base64URL;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import io.netty.util.AsciiString;
import io.opentelemetry.api.metrics.MeterProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a header holds, the answer is an identity or a refusal, never anything else. */
class TokenFuzzTest {
  private static final long SEED = 4_711;
  private static final int ROUNDS = 3_000;
  private static final ECKey KEY = TestIssuer.ec("ec-1");
  private static final OctetSequenceKey SECRET =
      new OctetSequenceKey.Builder(new byte[32]).keyID("hs-1").build();

  @TempDir Path folder;
  private final RandomGenerator random = Randomness.seeded(SEED);
  private final TestClock clock = new TestClock();
  private ConnectionIdentity connection = connection(TokenConfig.disabled());

  private ConnectionIdentity connection(TokenConfig tokens) {
    return new ClientIdentities(
            new IdentityConfig(true, tokens), clock, clock, MeterProvider.noop().get("test"))
        .ofConnection(null);
  }

  @BeforeEach
  void open() throws IOException {
    Path jwks = folder.resolve("jwks.json");
    Files.writeString(jwks, TestIssuer.jwks(KEY, SECRET));
    connection = connection(TestIssuer.config(jwks, "ES256", "HS256"));
  }

  private void assertRefused(CharSequence header) {
    assertThat(connection.of(header))
        .as("seed %d: %s", SEED, header)
        .isInstanceOf(Identification.Refused.class);
  }

  private String good() {
    return "Bearer " + TestIssuer.token(KEY, JWSAlgorithm.ES256, TestIssuer.claims(clock.now()));
  }

  @Test
  void random_bytes() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      assertRefused(new AsciiString(bytes));
      assertRefused("Bearer " + new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void three_parts_of_random_base64() {
    for (int round = 0; round < ROUNDS; round++) {
      assertRefused("Bearer " + part() + "." + part() + "." + part());
    }
  }

  private String part() {
    byte[] bytes = new byte[random.nextInt(60)];
    random.nextBytes(bytes);
    return Base64URL.encode(bytes).toString();
  }

  @Test
  void every_truncation_of_a_good_token() {
    String good = good();
    for (int length = 0; length < good.length(); length++) {
      assertRefused(good.substring(0, length));
    }
    assertThat(connection.of(good)).isInstanceOf(Identification.Known.class);
  }

  @Test
  void every_change_of_one_character_but_in_the_last_bits() {
    String good = good();
    // the last character of 64 bytes in base64 has four bits that nobody reads
    for (int i = 0; i < good.length() - 1; i++) {
      if (i == "Bearer ".length() - 1) {
        continue;
      }
      char[] changed = good.toCharArray();
      changed[i] = changed[i] == 'x' ? 'y' : 'x';
      assertRefused(new String(changed));
    }
  }

  /** Signed well, so that everything behind the signature is reached. */
  @Test
  void random_headers_and_claims_with_a_good_signature() throws Exception {
    var signer = new com.nimbusds.jose.crypto.MACSigner(SECRET);
    var header = new com.nimbusds.jose.JWSHeader(JWSAlgorithm.HS256);
    List<String> claims =
        Arrays.asList("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "cnf", "", "x");
    List<String> values =
        List.of(
            "null",
            "1",
            "-1",
            "1e400",
            "9223372036854775807",
            "\"weir\"",
            "[]",
            "[1]",
            "[null]",
            "{}",
            "true",
            "\"alice\"",
            "\"" + TestIssuer.NAME + "\"",
            "[\"weir\"]",
            "[[[[[[]]]]]]");
    FuzzRun.of(
        "claims",
        ROUNDS,
        seed -> {
          var random = Randomness.seeded(seed);
          var json = new StringBuilder("{");
          for (int i = random.nextInt(8); i > 0; i--) {
            json.append(json.length() > 1 ? "," : "")
                .append('"')
                .append(claims.get(random.nextInt(claims.size())))
                .append("\":")
                .append(values.get(random.nextInt(values.size())));
          }
          String payload = json.append(random.nextInt(20) == 0 ? "" : "}").toString();
          String input = header.toBase64URL() + "." + Base64URL.encode(payload);
          Base64URL signature = signer.sign(header, input.getBytes(StandardCharsets.US_ASCII));

          assertThat(connection.of("Bearer " + input + "." + signature)).as(payload).isNotNull();
          // so that the number of tokens that are new is within its bound
          clock.advance(Duration.ofMillis(1));
        });
  }

  @Test
  void changed_tokens() {
    byte[] good = good().getBytes(StandardCharsets.ISO_8859_1);
    FuzzRun.of(
        "tokens",
        ROUNDS,
        seed -> {
          byte[] changed = Change.some(good, new SplittableRandom(seed));
          assertThat(connection.of(new AsciiString(changed))).isNotNull();
          clock.advance(Duration.ofMillis(1));
        });
  }

  @Test
  void deep_nesting() {
    String deep = "{\"a\":" + "[".repeat(2_500);
    assertRefused("Bearer " + Base64URL.encode(deep) + ".e30.AAAA");
  }
}
