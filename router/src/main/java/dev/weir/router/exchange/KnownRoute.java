package dev.weir.router.exchange;

import dev.weir.platform.time.Clock;
import dev.weir.router.mirror.MirrorResult;
import dev.weir.router.policy.FallbackTrigger;
import dev.weir.router.policy.Reason;
import dev.weir.router.policy.Rung;
import dev.weir.router.stored.AnswerCache;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What is kept of a route while the router runs, whatever snapshots come. Thread-safe. */
final class KnownRoute {
  private static final int TRIGGERS = FallbackTrigger.values().length;
  private static final int FIRST_MIRROR_RESULT = Instead.values().length * TRIGGERS;
  private static final int COUNTS = FIRST_MIRROR_RESULT + MirrorResult.values().length;

  private final String name;
  private final RetryBudget budget;
  private final StripedCounts counts = new StripedCounts(COUNTS);
  private final AtomicInteger copiesInFlight = new AtomicInteger();
  private volatile @Nullable AnswerCache answers;

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

  /** Counts an answer that took the place of another. */
  void instead(Instead what, FallbackTrigger why) {
    counts.increment(what.ordinal() * TRIGGERS + why.ordinal());
  }

  long fallbacks(Instead what, FallbackTrigger why) {
    return counts.sum(what.ordinal() * TRIGGERS + why.ordinal());
  }

  /** Counts what became of a copy. */
  void mirrored(MirrorResult result) {
    counts.increment(FIRST_MIRROR_RESULT + result.ordinal());
  }

  long mirrors(MirrorResult result) {
    return counts.sum(FIRST_MIRROR_RESULT + result.ordinal());
  }

  /** Takes the place of one copy in flight; false when there is none. */
  boolean copyStarts(int maxInFlight) {
    if (copiesInFlight.incrementAndGet() <= maxInFlight) {
      return true;
    }
    copiesInFlight.decrementAndGet();
    return false;
  }

  void copyEnded() {
    copiesInFlight.decrementAndGet();
  }

  int copiesInFlight() {
    return copiesInFlight.get();
  }

  /** Its kept answers, with these bounds: others than before begin with none. */
  AnswerCache answers(Rung.Cached rung, Clock clock) {
    AnswerCache known = answers;
    return known != null && known.isFor(rung) ? known : newAnswers(rung, clock);
  }

  private synchronized AnswerCache newAnswers(Rung.Cached rung, Clock clock) {
    AnswerCache known = answers;
    if (known == null || !known.isFor(rung)) {
      known = new AnswerCache(rung, clock);
      answers = known;
    }
    return known;
  }

  /** Its kept answers; null: it has not kept any. */
  @Nullable AnswerCache knownAnswers() {
    return answers;
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
