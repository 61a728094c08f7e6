package dev.weir.router.identity;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers up to so many verified tokens, in two generations: when the young one has half of them,
 * it becomes the old one, and what the old one had is forgotten. Tokens in use move back to the
 * young one, so roughly the longest unused are forgotten. Only verified ones come in, so strangers
 * cannot fill it. Thread-safe; a look-up takes no lock.
 */
final class TokenCache {
  private final int capacityPerGeneration;
  private volatile Generations generations = new Generations();

  @GuardedBy("this")
  private int young;

  private static final class Generations {
    final ConcurrentHashMap<TokenHash, TokenFinding> young;
    final ConcurrentHashMap<TokenHash, TokenFinding> old;

    Generations() {
      this(new ConcurrentHashMap<>());
    }

    Generations(ConcurrentHashMap<TokenHash, TokenFinding> old) {
      this.young = new ConcurrentHashMap<>();
      this.old = old;
    }
  }

  TokenCache(int capacity) {
    this.capacityPerGeneration = Math.max(1, capacity / 2);
  }

  @Nullable TokenFinding find(TokenHash hash) {
    Generations now = generations;
    TokenFinding found = now.young.get(hash);
    if (found != null) {
      return found;
    }
    found = now.old.get(hash);
    if (found != null) {
      put(hash, found);
    }
    return found;
  }

  synchronized void put(TokenHash hash, TokenFinding token) {
    if (young >= capacityPerGeneration) {
      generations = new Generations(generations.young);
      young = 0;
    }
    if (generations.young.put(hash, token) == null) {
      young++;
    }
  }

  int size() {
    Generations now = generations;
    return now.young.size() + now.old.size();
  }
}
