package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Sample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An open slice of samples, by stratum. Mutable, not thread-safe. */
public final class StratifiedSlice {
  /** Strata of a slice; what comes beyond goes to "other". */
  private static final int MAX_STRATA = 256;

  /**
   * A closed slice.
   *
   * @param samples all that are left, in order of arrival: frequent answers may be rarer among them
   *     than they were, for both arms of a rollout alike
   * @param uniform those of them whose answers have the shares that they had: of each population an
   *     equal share of each answer is left
   */
  public record Closed(List<Sample> samples, List<Sample> uniform) {}

  private final Map<SampleStratum, Stratum<Sample>> strata = new LinkedHashMap<>();

  /** Of those that were in, also when they had to go again. */
  private final Set<Long> units = new HashSet<>();

  private long arrived;

  /** Where the first of its samples was read, in a log. */
  private final long position;

  /**
   * Nothing in it.
   *
   * @param position where its first sample was read
   */
  StratifiedSlice(long position) {
    this.position = position;
  }

  long position() {
    return position;
  }

  /** What became of a sample that was offered. */
  enum Admission {
    IN,
    REPEATED,
    NO_ROOM
  }

  Admission offer(Sample sample) {
    long unit = sample.getAssignment().getUnit();
    if (unit != 0 && units.contains(unit)) {
      return Admission.REPEATED;
    }
    if (!of(sample).offer(SamplePriority.of(sample, arrived), arrived++, sample)) {
      return Admission.NO_ROOM;
    }
    if (unit != 0) {
      units.add(unit);
    }
    return Admission.IN;
  }

  private Stratum<Sample> of(Sample sample) {
    SampleStratum key = SampleStratum.of(sample);
    if (strata.size() >= MAX_STRATA && !strata.containsKey(key)) {
      key = new SampleStratum(key.population(), SampleStratum.OTHER);
      if (strata.size() >= 2 * MAX_STRATA && !strata.containsKey(key)) {
        key = new SampleStratum(SampleStratum.OTHER, SampleStratum.OTHER);
      }
    }
    return strata.computeIfAbsent(key, k -> new Stratum<>());
  }

  Collection<Stratum<Sample>> strata() {
    return strata.values();
  }

  int size() {
    return strata.values().stream().mapToInt(Stratum::size).sum();
  }

  Closed close() {
    var thresholds = new HashMap<String, Long>();
    strata.forEach(
        (key, stratum) -> thresholds.merge(key.population(), stratum.threshold(), Math::max));
    List<Sample> samples = inOrder(thresholds, false);
    boolean whole = thresholds.values().stream().allMatch(bound -> bound == Long.MIN_VALUE);
    return new Closed(samples, whole ? samples : inOrder(thresholds, true));
  }

  private List<Sample> inOrder(Map<String, Long> thresholds, boolean uniform) {
    var left = new ArrayList<Stratum.Left<Sample>>();
    strata.forEach((key, stratum) ->
        left.addAll(
            stratum.above(
                uniform
                    ? thresholds.getOrDefault(key.population(), Long.MIN_VALUE)
                    : Long.MIN_VALUE)));
    left.sort(Comparator.comparingLong(Stratum.Left::place));
    return left.stream().map(Stratum.Left::item).toList();
  }
}
