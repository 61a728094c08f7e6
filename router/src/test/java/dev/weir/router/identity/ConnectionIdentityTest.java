package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.TestClock;
import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.wire.StatusCode;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionIdentityTest {
  private static final ECKey KEY = TestIssuer.ec("ec-1");
  private static final ECKey NEXT_KEY = TestIssuer.ec("ec-2");

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Telemetry telemetry = Telemetry.start("test", "test-1", TelemetryConfig.defaults());
  private Path jwks = Path.of("");

  @BeforeEach
  void writeKeys() throws IOException {
    jwks = folder.resolve("jwks.json");
    Files.writeString(jwks, TestIssuer.jwks(KEY.toPublicJWK()));
  }

  @AfterEach
  void close() {
    telemetry.close();
  }

  private ClientIdentities identities(boolean required, TokenConfig tokens) {
    return new ClientIdentities(
        new IdentityConfig(required, tokens), clock, clock, telemetry.meter());
  }

  /** Verifies 20 new tokens per second, 10 of one connection. */
  private ClientIdentities slowIdentities() {
    return identities(false, TestIssuer.config(jwks, 20, 10, "ES256"));
  }

  private ClientIdentities identities(boolean required) {
    return identities(required, TestIssuer.config(jwks, "ES256"));
  }

  private String bearer(String subject) {
    return "Bearer "
        + TestIssuer.token(
            KEY, JWSAlgorithm.ES256, TestIssuer.claims(clock.now()).subject(subject));
  }

  private static Identification byToken(String subject) {
    return new Identification.Known(new ClientIdentity(subject, ClientIdentity.Proof.TOKEN));
  }

  private static void assertRefused(Identification identification, String text) {
    assertThat(identification)
        .isInstanceOfSatisfying(
            Identification.Refused.class, refused -> assertThat(refused.message()).contains(text));
  }

  private void assertTokens(String result, int count) {
    assertThat(telemetry.prometheusText())
        .containsPattern(
            "weir_router_tokens_total\\{[^}]*result=\""
                + result
                + "\"[^}]*} "
                + count
                + "(\\.0)?\n");
  }

  @Test
  void nothing_is_asked_for_by_default() {
    ConnectionIdentity connection = identities(false, TokenConfig.disabled()).ofConnection(null);

    assertThat(connection.of(null)).isEqualTo(new Identification.Known(null));
    assertThat(connection.of("Bearer whatever")).isEqualTo(new Identification.Known(null));
  }

  @Test
  void where_an_identity_is_required_nobody_is_refused() {
    assertRefused(
        identities(true, TokenConfig.disabled()).ofConnection(null).of(null),
        "caller: unknown (expected: a client certificate that names it)");
    assertRefused(identities(true).ofConnection(null).of(null), "authorization: Bearer");
  }

  @Test
  void a_token_names_the_caller_however_the_header_is_written() {
    ConnectionIdentity connection = identities(true).ofConnection(null);
    String header = bearer("alice");

    assertThat(connection.of(header)).isEqualTo(byToken("alice"));
    assertThat(connection.of(header.replace("Bearer ", "bEARER   "))).isEqualTo(byToken("alice"));
    assertThat(connection.of(new AsciiString(header))).isEqualTo(byToken("alice"));
  }

  @Test
  void a_token_is_verified_once_on_all_connections() {
    ClientIdentities identities = identities(false);
    String header = bearer("alice");
    for (int connection = 0; connection < 3; connection++) {
      ConnectionIdentity identity = identities.ofConnection(null);
      for (int request = 0; request < 5; request++) {
        assertThat(identity.of(header)).isEqualTo(byToken("alice"));
      }
    }

    assertTokens("verified", 1);
    assertTokens("hit", 14);
  }

  @Test
  void tokens_that_take_turns_on_one_connection_are_verified_once_each() {
    ConnectionIdentity connection = identities(false).ofConnection(null);
    String alice = bearer("alice");
    String bob = bearer("bob");
    for (int turn = 0; turn < 5; turn++) {
      assertThat(connection.of(alice)).isEqualTo(byToken("alice"));
      assertThat(connection.of(bob)).isEqualTo(byToken("bob"));
    }

    assertTokens("verified", 2);
    assertTokens("hit", 8);
  }

  @Test
  void a_bad_token_is_refused_also_where_none_is_needed() {
    ConnectionIdentity connection = identities(false).ofConnection(null);

    assertRefused(connection.of("Bearer abc"), "a token that cannot be read");
    assertRefused(connection.of("Basic dXNlcjpwYXNz"), "another scheme (expected: Bearer)");
    assertRefused(connection.of(""), "another scheme");
    assertRefused(connection.of("Bearer " + "a".repeat(5_000)), "too long");
    assertTokens("form", 1);
    assertTokens("scheme", 2);
    assertTokens("length", 1);
  }

  @Test
  void of_several_tokens_none_counts() {
    assertRefused(identities(false).ofConnection(null).ofSeveral(), "several tokens");
    assertTokens("several", 1);
    assertThat(identities(false, TokenConfig.disabled()).ofConnection(null).ofSeveral())
        .isEqualTo(new Identification.Known(null));
  }

  @Test
  void a_connection_gets_only_so_many_new_tokens_verified() {
    ClientIdentities identities = slowIdentities();
    String known = bearer("alice");
    identities.ofConnection(null).of(known);
    ConnectionIdentity hostile = identities.ofConnection(null);
    for (int i = 0; i < 100; i++) {
      assertRefused(hostile.of("Bearer forged." + i), "a token that cannot be read");
    }

    Identification over = hostile.of("Bearer forged.100");

    assertRefused(over, "more new tokens than are verified at once");
    assertThat(((Identification.Refused) over).code()).isEqualTo(StatusCode.RESOURCE_EXHAUSTED);
    assertTokens("too_many", 1);
    assertThat(hostile.of(known)).as("a token known already").isEqualTo(byToken("alice"));
    assertThat(identities.ofConnection(null).of(bearer("bob")))
        .as("another connection")
        .isEqualTo(byToken("bob"));
    clock.advance(Duration.ofMillis(100));
    assertRefused(hostile.of("Bearer forged.101"), "a token that cannot be read");
  }

  @Test
  void all_connections_together_get_only_so_many_new_tokens_verified() {
    ClientIdentities identities = slowIdentities();
    for (int i = 0; i < 200; i++) {
      identities.ofConnection(null).of("Bearer forged." + i);
    }

    assertRefused(identities.ofConnection(null).of("Bearer forged"), "more new tokens");
    clock.advance(Duration.ofSeconds(1));
    assertRefused(identities.ofConnection(null).of("Bearer forged"), "cannot be read");
  }

  @Test
  void a_remembered_token_expires() {
    ClientIdentities identities = identities(false);
    ConnectionIdentity connection = identities.ofConnection(null);
    String header = bearer("alice");
    connection.of(header);

    clock.advance(Duration.ofSeconds(629));
    assertThat(connection.of(header)).isEqualTo(byToken("alice"));
    clock.advance(Duration.ofSeconds(1));
    assertRefused(connection.of(header), "expired");
    assertRefused(identities.ofConnection(null).of(header), "expired");
  }

  @Test
  void a_key_taken_out_of_the_file_takes_its_tokens_with_it() throws IOException {
    ConnectionIdentity connection = identities(false).ofConnection(null);
    String header = bearer("alice");
    assertThat(connection.of(header)).isEqualTo(byToken("alice"));

    Files.writeString(jwks, TestIssuer.jwks(NEXT_KEY.toPublicJWK()));
    clock.advance(Duration.ofSeconds(10));

    assertRefused(connection.of(header), "unknown key");
  }

  @Test
  void a_key_added_to_the_file_is_known_from_the_next_look_on() throws IOException {
    ConnectionIdentity connection = identities(false).ofConnection(null);
    String header =
        "Bearer " + TestIssuer.token(NEXT_KEY, JWSAlgorithm.ES256, TestIssuer.claims(clock.now()));
    assertRefused(connection.of(header), "unknown key");

    Files.writeString(jwks, TestIssuer.jwks(KEY.toPublicJWK(), NEXT_KEY.toPublicJWK()));
    clock.advance(Duration.ofSeconds(10));

    assertThat(connection.of(header)).isEqualTo(byToken("alice"));
  }

  @Test
  void a_broken_key_file_changes_nothing() throws IOException {
    ConnectionIdentity connection = identities(false).ofConnection(null);
    Files.writeString(jwks, "{\"keys\": [");
    clock.advance(Duration.ofMinutes(1));

    assertThat(connection.of(bearer("alice"))).isEqualTo(byToken("alice"));
    assertThat(telemetry.prometheusText())
        .containsPattern("weir_files_refusals_total\\{[^}]*what=\"identity.token\"[^}]*} 1");
  }

  @Test
  void a_missing_key_file_ends_the_start() throws IOException {
    Files.delete(jwks);

    assertThatThrownBy(() -> identities(false))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("identity.token.jwks: " + jwks + " (expected: a file that is there)");
  }
}
