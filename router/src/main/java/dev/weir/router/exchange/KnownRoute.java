package dev.weir.router.exchange;

import dev.weir.router.policy.Reason;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is kept of a route while the router runs, whatever snapshots come. Thread-safe. */
final class KnownRoute {
  private final String name;
  private final RetryBudget budget;
  private final StripedCounts reasons = new StripedCounts(Reason.values().length);
  private final Map<String, KnownVariant> variants = new ConcurrentHashMap<>();

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

  void decided(Reason reason) {
    reasons.increment(reason.ordinal());
  }

  long decisions(Reason reason) {
    return reasons.sum(reason.ordinal());
  }

  KnownVariant variant(String variant) {
    KnownVariant known = variants.get(variant);
    return known != null
        ? known
        : variants.computeIfAbsent(variant, v -> new KnownVariant(this, v));
  }

  Collection<KnownVariant> variants() {
    return variants.values();
  }
}
