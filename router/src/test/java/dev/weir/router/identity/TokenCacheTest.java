package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import dev.weir.platform.file.NamedFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private static final ECKey KEY = TestIssuer.ec("ec-1");
  private static final TokenFinding FINDING =
      new TokenFinding(
          new Identification.Known(null),
          TokenKeys.read(
              new NamedFile("x", Path.of("x")),
              TestIssuer.jwks(KEY).getBytes(StandardCharsets.UTF_8),
              Set.of("ES256")),
          0);

  @Test
  void it_never_holds_more_than_its_capacity() {
    var cache = new TokenCache(100);
    for (int i = 0; i < 10_000; i++) {
      cache.put(TokenHash.of("token " + i), FINDING);
      assertThat(cache.size()).isLessThanOrEqualTo(100);
    }
    assertThat(cache.size()).isGreaterThanOrEqualTo(50);
  }

  @Test
  void what_is_in_use_stays() {
    var cache = new TokenCache(100);
    TokenHash used = TokenHash.of("used");
    cache.put(used, FINDING);
    for (int i = 0; i < 10_000; i++) {
      cache.put(TokenHash.of("token " + i), FINDING);
      assertThat(cache.find(used)).isSameAs(FINDING);
    }
  }

  @Test
  void what_is_unknown_is_not_found() {
    assertThat(new TokenCache(100).find(TokenHash.of("unknown"))).isNull();
  }
}
