package dev.weir.monitor.intake;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Samples that are alike, of which only some may fit. Each has a priority, a number that tells
 * nothing of it; those with the lowest go first, and one that comes later stays out when its
 * priority is not above theirs. What is left is therefore all that came with a priority over {@link
 * #threshold}, in whatever order they came: a sample that is late, because its answer was slow, is
 * not more likely to go. Mutable, not thread-safe.
 *
 * @param <T> what is sampled
 */
public final class Stratum<T> {
  private record Member<T>(long priority, long place, T item) {}

  private final PriorityQueue<Member<T>> members =
      new PriorityQueue<>(Comparator.comparingLong(Member::priority));
  private long threshold = Long.MIN_VALUE;

  /** Empty. */
  public Stratum() {}

  /**
   * Takes a member.
   *
   * @param place orders the members again
   * @return whether it is in
   */
  public boolean offer(long priority, long place, T item) {
    if (priority <= threshold) {
      return false;
    }
    members.add(new Member<>(priority, place, item));
    return true;
  }

  /** Members that are in. */
  public int size() {
    return members.size();
  }

  /** Highest priority that went; {@link Long#MIN_VALUE}: none did. */
  long threshold() {
    return threshold;
  }

  /** Lowest priority that is in; {@link Long#MAX_VALUE}: none is. */
  long lowest() {
    Member<T> first = members.peek();
    return first == null ? Long.MAX_VALUE : first.priority();
  }

  /** Lets the lowest go until so many are left. */
  void shrinkTo(int size, Consumer<T> gone) {
    while (members.size() > size) {
      Member<T> lowest = members.remove();
      threshold = lowest.priority();
      gone.accept(lowest.item());
    }
  }

  /** A member that is left, with its place. */
  public record Left<T>(long place, T item) {}

  /** Those that are left whose priority is above a bound. */
  public List<Left<T>> above(long bound) {
    var left = new ArrayList<Left<T>>(members.size());
    for (Member<T> member : members) {
      if (member.priority() > bound) {
        left.add(new Left<>(member.place(), member.item()));
      }
    }
    return left;
  }
}
