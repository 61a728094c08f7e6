package dev.weir.router.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answers when a variant does not, or not well enough: rungs that are tried in order. A rung
 * is passed over unless what went wrong leads to it, and never asks the version that has just
 * failed.
 */
public final class Ladder {
  /** Where every request stands before its first fallback. */
  public static final int GROUND = -1;

  private final Rung[] rungs;
  private final int[] triggers;
  private final @Nullable ConfidenceGate gate;

  /** A rung and what leads to it, bits of {@link FallbackTrigger}. */
  record Step(Rung rung, int triggers) {}

  Ladder(List<Step> steps, @Nullable ConfidenceGate gate) {
    this.rungs = steps.stream().map(Step::rung).toArray(Rung[]::new);
    this.triggers = steps.stream().mapToInt(Step::triggers).toArray();
    this.gate = gate;
  }

  /**
   * The next rung.
   *
   * @param after the rung where the request stands, {@link #GROUND} at first
   * @param failed the version that did not answer (well enough)
   * @return its number; -1 when there is none
   */
  public int next(int after, FallbackTrigger trigger, VersionId failed) {
    for (int i = after + 1; i < rungs.length; i++) {
      boolean leads = (triggers[i] & trigger.bit()) != 0;
      if (leads
          && !(rungs[i] instanceof Rung.OtherVariant(var variant)
              && variant.served().equals(failed))) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Whether an answer's confidence matters: the gate, when a rung is left that an unsure answer
   * leads to; else null.
   */
  public @Nullable ConfidenceGate gateBeyond(int after, VersionId answered) {
    return gate != null && next(after, FallbackTrigger.LOW_CONFIDENCE, answered) >= 0 ? gate : null;
  }

  /** The first variant that answers when no worker has a version; null: none does. */
  @Nullable RouteVariant variantWithout(VersionId version) {
    int at = next(GROUND, FallbackTrigger.UNAVAILABLE, version);
    while (at >= 0) {
      if (rungs[at] instanceof Rung.OtherVariant(var variant)) {
        return variant;
      }
      at = next(at, FallbackTrigger.UNAVAILABLE, version);
    }
    return null;
  }

  /** A rung by its number. */
  public Rung rung(int number) {
    return rungs[number];
  }

  /** How many rungs there are. */
  public int size() {
    return rungs.length;
  }

  /** The rung that keeps good answers; null: none does. */
  public Rung.@Nullable Cached cache() {
    for (Rung rung : rungs) {
      if (rung instanceof Rung.Cached cached) {
        return cached;
      }
    }
    return null;
  }
}
