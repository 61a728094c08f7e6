package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.error.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentityConfigTest {
  record Service(IdentityConfig identity, HeadersConfig headers) {}

  private static Service load(List<String> flags) {
    var defaults = new Service(IdentityConfig.defaults(), HeadersConfig.defaults());
    var outcome = new ConfigurationLoader<>("x", defaults).load(flags, Map.of());
    return ((ConfigurationLoader.Outcome.Run<Service>) outcome).configuration();
  }

  @Test
  void by_default_nobody_has_to_prove_anything() {
    IdentityConfig identity = load(List.of()).identity();

    assertThat(identity.required()).isFalse();
    assertThat(identity.token()).isEqualTo(TokenConfig.disabled());
    assertThat(identity.token().algorithms()).containsExactly("ES256", "RS256", "PS256");
  }

  private static final List<String> ALL =
      List.of(
          "--identity.required=true",
          "--identity.token.enabled=true",
          "--identity.token.jwks=keys.json",
          "--identity.token.issuer=https://issuer",
          "--identity.token.audiences=weir,mesh",
          "--identity.token.algorithms=ES384",
          "--identity.token.clock-skew=5s",
          "--identity.token.max-token-bytes=1000",
          "--identity.token.max-cached-tokens=500",
          "--identity.token.max-new-per-second=70",
          "--identity.token.max-new-per-connection=7",
          "--identity.token.reload-interval=1s",
          "--headers.denied-to-workers=authorization,x-secret-*");

  @Test
  void every_setting_is_read() {
    Service service = load(ALL);

    assertThat(service.identity())
        .isEqualTo(
            new IdentityConfig(
                true,
                new TokenConfig(
                    true,
                    Path.of("keys.json"),
                    "https://issuer",
                    List.of("weir", "mesh"),
                    List.of("ES384"),
                    Duration.ofSeconds(5),
                    1_000,
                    500,
                    70,
                    7,
                    Duration.ofSeconds(1))));
    assertThat(service.headers().deniedToWorkers()).containsExactly("authorization", "x-secret-*");
  }

  @Test
  void what_cannot_be_used_is_named() {
    refused("identity.token.jwks", "");
    refused("identity.token.issuer", "");
    refused("identity.token.audiences", "");
    refused("identity.token.algorithms", "");
    refused("identity.token.algorithms", "none");
    refused("identity.token.algorithms", "EdDSA");
    refused("identity.token.clock-skew", "11m");
    refused("identity.token.max-token-bytes", "255");
    refused("identity.token.max-token-bytes", "65537");
    refused("identity.token.max-cached-tokens", "15");
    refused("identity.token.reload-interval", "99ms");
    refused("headers.denied-to-workers", "te");
  }

  private static void refused(String key, String value) {
    var flags = new ArrayList<>(ALL);
    flags.add("--" + key + "=" + value);
    assertThatThrownBy(() -> load(flags))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(key + ": ")
        .hasMessageEndingWith("from flag --" + key);
  }
}
