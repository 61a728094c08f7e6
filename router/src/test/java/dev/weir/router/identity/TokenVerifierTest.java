package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.file.NamedFile;
import dev.weir.router.policy.ClientIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Path FILE = Path.of("jwks.json");
  private static final ECKey EC = TestIssuer.ec("ec-1");
  private static final RSAKey RSA = TestIssuer.rsa("rsa-1", 2_048);
  private static final String[] USUAL = {"ES256", "RS256", "PS256"};

  private static TokenKeys keys(String[] algorithms, JWK... keys) {
    return TokenKeys.read(
        new NamedFile("identity.token.jwks", FILE),
        TestIssuer.jwks(keys).getBytes(StandardCharsets.UTF_8),
        Set.of(algorithms));
  }

  private static TokenVerifier.Result verify(String token) {
    return new TokenVerifier(TestIssuer.config(FILE, USUAL))
        .verify(token, keys(USUAL, EC, RSA), NOW);
  }

  private static void assertProven(String token, String subject) {
    assertThat(verify(token))
        .isInstanceOfSatisfying(
            TokenVerifier.Result.Proven.class,
            proven ->
                assertThat(proven.identity())
                    .isEqualTo(new ClientIdentity(subject, ClientIdentity.Proof.TOKEN)));
  }

  private static void assertFault(String token, TokenFault fault) {
    assertThat(verify(token)).isEqualTo(new TokenVerifier.Result.Faulty(fault));
  }

  private static JWTClaimsSet.Builder claims() {
    return TestIssuer.claims(NOW);
  }

  private static String signed(JWTClaimsSet.Builder claims) {
    return TestIssuer.token(EC, JWSAlgorithm.ES256, claims);
  }

  @Test
  void good_tokens_of_every_accepted_algorithm_prove_their_subject() {
    assertProven(signed(claims()), "alice");
    assertProven(TestIssuer.token(RSA, JWSAlgorithm.RS256, claims()), "alice");
    assertProven(TestIssuer.token(RSA, JWSAlgorithm.PS256, claims().subject("bob")), "bob");
  }

  @Test
  void an_unsigned_token_is_refused() {
    assertFault(new PlainJWT(claims().build()).serialize(), TokenFault.FORM);
    String header = Base64URL.encode("{\"alg\":\"none\"}").toString();
    assertFault(header + "." + Base64URL.encode("{}") + ".AAAA", TokenFault.FORM);
  }

  @Test
  void an_algorithm_that_is_not_accepted_is_refused_though_its_key_is_there() {
    assertFault(TestIssuer.token(RSA, JWSAlgorithm.RS512, claims()), TokenFault.ALGORITHM);
  }

  @Test
  void a_public_key_is_never_taken_for_a_shared_secret() throws Exception {
    byte[] publicKey = RSA.toRSAPublicKey().getEncoded();
    var secret = new OctetSequenceKey.Builder(publicKey).keyID("rsa-1").build();
    String forged = TestIssuer.token(secret, JWSAlgorithm.HS256, claims());

    assertFault(forged, TokenFault.ALGORITHM);
    String[] all = {"ES256", "RS256", "HS256"};
    assertThat(
            new TokenVerifier(TestIssuer.config(FILE, all)).verify(forged, keys(all, EC, RSA), NOW))
        .isEqualTo(new TokenVerifier.Result.Faulty(TokenFault.KEY));
  }

  @Test
  void a_shared_secret_counts_when_configured() {
    var secret = new OctetSequenceKey.Builder(new byte[32]).keyID("hs-1").build();
    String token = TestIssuer.token(secret, JWSAlgorithm.HS256, claims());
    String[] hs = {"HS256"};

    assertThat(new TokenVerifier(TestIssuer.config(FILE, hs)).verify(token, keys(hs, secret), NOW))
        .isInstanceOf(TokenVerifier.Result.Proven.class);
  }

  @Test
  void another_key_of_the_same_id_is_refused() {
    assertFault(
        TestIssuer.token(TestIssuer.ec("ec-1"), JWSAlgorithm.ES256, claims()),
        TokenFault.SIGNATURE);
  }

  @Test
  void an_unknown_key_id_is_refused() {
    assertFault(
        TestIssuer.token(TestIssuer.ec("ec-2"), JWSAlgorithm.ES256, claims()), TokenFault.KEY);
  }

  @Test
  void without_key_id_the_only_key_that_fits_is_used() {
    assertProven(
        TestIssuer.token(EC, JWSAlgorithm.ES256, claims(), header -> header.keyID(null)), "alice");

    ECKey second = TestIssuer.ec("ec-2");
    String token = TestIssuer.token(EC, JWSAlgorithm.ES256, claims(), header -> header.keyID(null));
    assertThat(
            new TokenVerifier(TestIssuer.config(FILE, USUAL))
                .verify(token, keys(USUAL, EC, second), NOW))
        .isEqualTo(new TokenVerifier.Result.Faulty(TokenFault.KEY));
  }

  @Test
  void a_key_sent_along_is_not_followed() {
    ECKey own = TestIssuer.ec("ec-1");
    assertFault(
        TestIssuer.token(
            own, JWSAlgorithm.ES256, claims(), header -> header.jwk(own.toPublicJWK())),
        TokenFault.SIGNATURE);
  }

  @Test
  void a_changed_token_is_refused() {
    String[] parts = signed(claims()).split("\\.");
    String other = signed(claims().subject("mallory")).split("\\.")[1];
    assertFault(parts[0] + "." + other + "." + parts[2], TokenFault.SIGNATURE);
  }

  @Test
  void extensions_that_must_be_understood_are_refused() {
    assertFault(
        TestIssuer.token(
            EC,
            JWSAlgorithm.ES256,
            claims(),
            header -> header.criticalParams(Set.of("x")).customParam("x", 1)),
        TokenFault.FORM);
  }

  @Test
  void a_token_made_for_something_else_is_refused() {
    assertFault(
        TestIssuer.token(
            EC,
            JWSAlgorithm.ES256,
            claims(),
            header -> header.type(new JOSEObjectType("logout+jwt"))),
        TokenFault.FORM);
    assertProven(
        TestIssuer.token(
            EC, JWSAlgorithm.ES256, claims(), header -> header.type(new JOSEObjectType("at+jwt"))),
        "alice");
  }

  @Test
  void times_count_with_the_allowed_skew() {
    assertProven(signed(claims().expirationTime(Date.from(NOW.minusSeconds(29)))), "alice");
    assertFault(
        signed(claims().expirationTime(Date.from(NOW.minusSeconds(30)))), TokenFault.EXPIRED);
    assertFault(signed(claims().expirationTime(null)), TokenFault.EXPIRED);
    assertProven(signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(30)))), "alice");
    assertFault(
        signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(31)))), TokenFault.NOT_YET_VALID);
  }

  @Test
  void issuer_and_audience_must_be_ours() {
    assertFault(signed(claims().issuer("https://elsewhere")), TokenFault.ISSUER);
    assertFault(signed(claims().issuer(null)), TokenFault.ISSUER);
    assertFault(signed(claims().audience("elsewhere")), TokenFault.AUDIENCE);
    assertFault(signed(claims().audience(List.of())), TokenFault.AUDIENCE);
    assertProven(signed(claims().audience(List.of("elsewhere", "other"))), "alice");
  }

  @Test
  void a_subject_must_be_a_name() {
    assertFault(signed(claims().subject(null)), TokenFault.SUBJECT);
    assertFault(signed(claims().subject(" ")), TokenFault.SUBJECT);
    assertFault(signed(claims().subject("alice\nadmin")), TokenFault.SUBJECT);
    assertFault(signed(claims().subject("a".repeat(2_049))), TokenFault.SUBJECT);
  }

  @Test
  void claims_of_the_wrong_type_are_refused() {
    assertFault(signed(claims().claim("iss", List.of(1))), TokenFault.FORM);
    assertFault(signed(claims().claim("exp", "tomorrow")), TokenFault.FORM);
  }

  @Test
  void what_is_too_long_or_no_token_is_refused() {
    assertFault("a".repeat(4_097), TokenFault.LENGTH);
    assertFault("", TokenFault.FORM);
    assertFault("a.b", TokenFault.FORM);
    assertFault("a.b.c", TokenFault.FORM);
    assertFault(signed(claims()) + "=", TokenFault.FORM);
    assertFault(signed(claims()).replace(".", ". "), TokenFault.FORM);
    assertFault(signed(claims()) + ".x", TokenFault.FORM);
  }

  @Test
  void no_refusal_says_anything_of_the_token() {
    for (TokenFault fault : TokenFault.values()) {
      assertThat(fault.message(TestIssuer.config(FILE, USUAL)))
          .startsWith("authorization: ")
          .contains("(expected: ");
    }
  }

  @Test
  void a_file_without_a_usable_key_is_refused() {
    refusedFile("{", "a JWKS");
    refusedFile("[]", "a JWKS");
    refusedFile("{\"keys\":[]}", "at least one key");
    refusedFile(TestIssuer.jwks(TestIssuer.rsa("weak", 1_024)), "at least one key");
    refusedFile(
        TestIssuer.jwks(new OctetSequenceKey.Builder(new byte[32]).build()), "at least one key");
    refusedFile(
        TestIssuer.jwks(new ECKey.Builder(EC).keyUse(KeyUse.ENCRYPTION).build()),
        "at least one key");
    refusedFile(
        TestIssuer.jwks(new RSAKey.Builder(RSA).algorithm(JWSAlgorithm.RS384).build()),
        "at least one key");
  }

  private static void refusedFile(String content, String rule) {
    assertThatThrownBy(() ->
            TokenKeys.read(
                new NamedFile("identity.token.jwks", FILE),
                content.getBytes(StandardCharsets.UTF_8),
                Set.of(USUAL)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("identity.token.jwks: jwks.json (expected: ")
        .hasMessageContaining(rule);
  }
}
