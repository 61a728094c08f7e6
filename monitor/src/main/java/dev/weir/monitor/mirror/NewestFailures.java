package dev.weir.monitor.mirror;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A few pairs in which only the shadow failed: the newest with a trace, which can be looked at, and
 * the newest without as far as there is room. Single writer.
 */
final class NewestFailures {
  private final int most;

  /** The newest last. */
  private final List<MirrorView.Failing> pairs = new ArrayList<>();

  NewestFailures(int most) {
    this.most = most;
  }

  void add(MirrorView.Failing pair) {
    if (pairs.size() >= most && !makeRoomFor(pair)) {
      return;
    }
    pairs.add(pair);
  }

  private boolean makeRoomFor(MirrorView.Failing pair) {
    for (int place = 0; place < pairs.size(); place++) {
      if (!pairs.get(place).request().isTraced()) {
        pairs.remove(place);
        return true;
      }
    }
    if (pair.request().isTraced()) {
      pairs.removeFirst();
      return true;
    }
    return false;
  }

  /** Forgets some; whether there were any. */
  boolean forget(Predicate<MirrorView.Request> which) {
    return pairs.removeIf(pair -> which.test(pair.request()));
  }

  List<MirrorView.Failing> view() {
    return List.copyOf(pairs.reversed());
  }
}
