package dev.weir.router.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may call a route. */
final class AccessRule {
  private final Set<String> whole = new HashSet<>();
  private final String[] prefixes;

  /**
   * @param patterns identities, whole or up to a {@code *} at the end
   */
  AccessRule(List<String> patterns) {
    this.prefixes =
        patterns.stream()
            .filter(p -> p.endsWith("*"))
            .map(p -> p.substring(0, p.length() - 1))
            .toArray(String[]::new);
    patterns.stream().filter(p -> !p.endsWith("*")).forEach(whole::add);
  }

  boolean admits(@Nullable ClientIdentity identity) {
    if (identity == null || identity.name().isEmpty()) {
      return false;
    }
    if (whole.contains(identity.name())) {
      return true;
    }
    for (String prefix : prefixes) {
      if (identity.name().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
