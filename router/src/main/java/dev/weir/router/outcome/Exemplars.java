package dev.weir.router.outcome;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The traces of a cell's worst requests: errors first, then the slowest. Thread-safe, lock-free.
 */
final class Exemplars {
  private static final int MOST = 4;

  private record Exemplar(long badness, String traceId) {}

  private final AtomicReferenceArray<Exemplar> kept = new AtomicReferenceArray<>(MOST);

  /**
   * @param badness latency in nanoseconds, or {@link Long#MAX_VALUE} for an error
   */
  void offer(long badness, String traceId) {
    var offered = new Exemplar(badness, traceId);
    int mildest = 0;
    Exemplar mildestThere = kept.get(0);
    for (int i = 1; i < MOST && mildestThere != null; i++) {
      Exemplar there = kept.get(i);
      if (there == null || there.badness < mildestThere.badness) {
        mildest = i;
        mildestThere = there;
      }
    }
    if (mildestThere == null || mildestThere.badness < badness) {
      // lost to another: it is an exemplar as good as this one
      kept.compareAndSet(mildest, mildestThere, offered);
    }
  }

  List<String> worstFirst() {
    var exemplars = new ArrayList<Exemplar>();
    for (int i = 0; i < MOST; i++) {
      Exemplar exemplar = kept.get(i);
      if (exemplar != null) {
        exemplars.add(exemplar);
      }
    }
    exemplars.sort(Comparator.comparingLong(Exemplar::badness).reversed());
    return exemplars.stream().map(Exemplar::traceId).toList();
  }
}
