package dev.weir.router.balance;

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): of several workers, the one with the highest
 * hash of what is to be placed and the worker together. Everybody chooses the same one, and only
 * what was on a worker that goes, or is now on one that comes, changes its place.
 */
final class Rendezvous {
  private Rendezvous() {}

  /** FNV-1a over the characters, then the finaliser of SplitMix64. */
  static long hash(long seed, String text) {
    long hash = seed;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    return hash ^ hash >>> 31;
  }

  /**
   * @param replicas at least one
   * @param key what is to be placed, well mixed
   */
  static Replica choose(Replica[] replicas, long key) {
    Replica chosen = replicas[0];
    long highest = hash(key, chosen.worker().id());
    for (int i = 1; i < replicas.length; i++) {
      long hash = hash(key, replicas[i].worker().id());
      if (hash > highest) {
        highest = hash;
        chosen = replicas[i];
      }
    }
    return chosen;
  }
}
