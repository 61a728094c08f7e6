package dev.weir.router.balance;

import java.util.Comparator;
import java.util.List;

/**
 * Which workers of a large fleet one router uses: those with the highest hash of router and worker
 * together ({@link Rendezvous}). The same router chooses the same ones whatever order they come in;
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
    long seed = Rendezvous.hash(0x9e3779b97f4a7c15L, router);
    return replicas.stream()
        .sorted(Comparator.comparingLong(r -> Rendezvous.hash(seed, r.worker().id())))
        .limit(size)
        .toList();
  }
}
