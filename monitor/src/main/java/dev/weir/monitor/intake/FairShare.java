package dev.weir.monitor.intake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes room by taking from the largest strata alone (max-min fairness): none is cut below what an
 * equal share of the room would give it, so that a rare one stays whole beside a frequent one.
 */
public final class FairShare {
  private FairShare() {}

  /**
   * Lets members go until so many are left in all.
   *
   * @param target at least 0
   */
  public static <T> void shrink(Collection<Stratum<T>> strata, long target, Consumer<T> gone) {
    long total = strata.stream().mapToLong(Stratum::size).sum();
    if (total <= target) {
      return;
    }
    List<Stratum<T>> bySize =
        strata.stream().sorted(Comparator.comparingInt(Stratum::size)).toList();
    long room = target;
    int whole = 0;
    while ((long) bySize.get(whole).size() * (bySize.size() - whole) <= room) {
      room -= bySize.get(whole).size();
      whole++;
    }
    var cut = new ArrayList<>(bySize.subList(whole, bySize.size()));
    int share = (int) (room / cut.size());
    cut.forEach(stratum -> stratum.shrinkTo(share + 1, gone));
    // what an equal share leaves over goes to those whose next member has the highest priority
    cut.sort(Comparator.comparingLong((Stratum<T> stratum) -> stratum.lowest()).reversed());
    long over = room - (long) share * cut.size();
    for (Stratum<T> stratum : cut.subList((int) over, cut.size())) {
      stratum.shrinkTo(share, gone);
    }
  }
}
