package dev.weir.router.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.weir.platform.file.NamedFile;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of a JWKS file that can be used. Each reading of the file makes a new object. */
final class TokenKeys {
  private static final Logger LOG = LoggerFactory.getLogger(TokenKeys.class);
  private static final int MAX_KEYS = 64;

  private final List<TokenKey> keys;

  private TokenKeys(List<TokenKey> keys) {
    this.keys = keys;
  }

  /**
   * Reads it.
   *
   * @throws dev.weir.platform.error.InvalidValueException when it is no JWKS, or no key of it can
   *     be used
   */
  static TokenKeys read(NamedFile file, byte[] content, Set<String> accepted) {
    List<JWK> all;
    try {
      all = JWKSet.parse(new String(content, StandardCharsets.UTF_8)).getKeys();
    } catch (ParseException | RuntimeException e) {
      // not its message: it may quote a secret key
      throw file.refused("a JWKS: {\"keys\": [...]}");
    }
    if (all.size() > MAX_KEYS) {
      throw file.refused("at most " + MAX_KEYS + " keys");
    }
    var usable = new ArrayList<TokenKey>();
    for (JWK key : all) {
      TokenKey usableKey = TokenKey.of(key, accepted);
      if (usableKey != null) {
        usable.add(usableKey);
      }
    }
    if (usable.isEmpty()) {
      throw file.refused(
          "at least one key for signatures with "
              + String.join(", ", accepted.stream().sorted().toList()));
    }
    if (usable.size() < all.size()) {
      LOG.atInfo()
          .addKeyValue("file", file.path())
          .addKeyValue("keys", all.size())
          .addKeyValue("usable", usable.size())
          .log("some keys are of no use for the tokens that are accepted");
    }
    return new TokenKeys(List.copyOf(usable));
  }

  /** The only key that such a token can have been signed with; null: there is none, or several. */
  @Nullable TokenKey find(@Nullable String id, String algorithm) {
    TokenKey found = null;
    for (TokenKey key : keys) {
      if ((id == null || id.equals(key.id())) && key.algorithms().contains(algorithm)) {
        if (found != null) {
          return null;
        }
        found = key;
      }
    }
    return found;
  }
}
