package dev.weir.router.balance;

import java.util.Comparator;
import java.util.List;

/**
 * Which workers of a large fleet one router uses: those with the highest hash of router and worker
 * together (rendezvous hashing). The same router chooses the same ones whatever order they come in;
 * one that comes or goes changes one place at most; and over many routers each worker is chosen
 * about equally often.
 */
final class Subset {
  private Subset() {}

  /**
   * @param size how many; 0: all
   */
  static List<Replica> of(List<Replica> replicas, String router, int size) {
    if (size == 0 || replicas.size() <= size) {
      return replicas;
    }
    long seed = hash(0x9e3779b97f4a7c15L, router);
    return replicas.stream()
        .sorted(Comparator.comparingLong(r -> hash(seed, r.worker().id())))
        .limit(size)
        .toList();
  }

  /** FNV-1a over the characters, then the finaliser of SplitMix64. */
  private static long hash(long seed, String text) {
    long hash = seed;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    return hash ^ hash >>> 31;
  }
}
