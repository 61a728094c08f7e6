package dev.weir.router.exchange;

import dev.weir.router.policy.Reason;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is kept of a route while the router runs, whatever snapshots come. Thread-safe. */
final class KnownRoute {
  private final String name;
  private final RetryBudget budget;

  /** A few, replaced whole. */
  private volatile KnownVariant[] variants = {};

  KnownRoute(String name, RetryBudget budget) {
    this.name = name;
    this.budget = budget;
  }

  String name() {
    return name;
  }

  /** Bounds the further attempts of all its variants together. */
  RetryBudget budget() {
    return budget;
  }

  long decisions(Reason reason) {
    long sum = 0;
    for (KnownVariant variant : variants) {
      sum += variant.decisions(reason);
    }
    return sum;
  }

  KnownVariant variant(String variant) {
    KnownVariant known = find(variants, variant);
    return known != null ? known : add(variant);
  }

  private static @Nullable KnownVariant find(KnownVariant[] among, String name) {
    for (KnownVariant known : among) {
      if (known.name().equals(name)) {
        return known;
      }
    }
    return null;
  }

  private synchronized KnownVariant add(String name) {
    KnownVariant known = find(variants, name);
    if (known != null) {
      return known;
    }
    var fresh = new KnownVariant(this, name);
    KnownVariant[] next = Arrays.copyOf(variants, variants.length + 1);
    next[variants.length] = fresh;
    variants = next;
    return fresh;
  }

  List<KnownVariant> variants() {
    return List.of(variants);
  }
}
