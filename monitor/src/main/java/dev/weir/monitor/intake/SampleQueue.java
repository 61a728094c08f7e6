package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.monitor.v1.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples that wait to be looked at. When more come than fit, the versions that most samples wait
 * of lose some, whichever these are, so that what is left of each version has the shares that came;
 * what goes is counted. Thread-safe.
 */
public final class SampleQueue {
  /** Versions told apart; those beyond share one place. */
  private static final int MAX_VERSIONS = 1_024;

  private final String name;
  private final int maxWaiting;
  private final IntakeEvent overflow;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private Map<String, Stratum<Sample>> versions = new LinkedHashMap<>();

  @GuardedBy("this")
  private long waiting;

  @GuardedBy("this")
  private long arrived;

  /**
   * Nothing waits.
   *
   * @param name for the count of what goes
   * @param maxWaiting samples that may wait, at least 1
   * @param overflow what is counted
   */
  public SampleQueue(String name, int maxWaiting, IntakeEvent overflow, IntakeCounts counts) {
    this.name = name;
    this.maxWaiting = maxWaiting;
    this.overflow = overflow;
    this.counts = counts;
  }

  /** Takes samples; never waits. */
  public synchronized void add(List<Sample> samples) {
    for (Sample sample : samples) {
      Stratum<Sample> version = of(SampleStratum.version(sample));
      if (!version.offer(SamplePriority.of(sample, arrived), arrived++, sample)) {
        gone(sample);
      } else if (++waiting > maxWaiting) {
        waiting = maxWaiting - maxWaiting / 16;
        FairShare.shrink(versions.values(), waiting, this::gone);
      }
    }
  }

  @GuardedBy("this")
  private Stratum<Sample> of(String version) {
    String key =
        versions.size() < MAX_VERSIONS || versions.containsKey(version)
            ? version
            : SampleStratum.OTHER;
    return versions.computeIfAbsent(key, k -> new Stratum<>());
  }

  private void gone(Sample sample) {
    counts.add(overflow);
    counts.dropped(name, SampleStratum.version(sample), "");
  }

  /** All that wait, in order of arrival; nothing waits then. */
  public synchronized List<Sample> take() {
    var all = new ArrayList<Stratum.Left<Sample>>((int) waiting);
    versions.values().forEach(version -> all.addAll(version.above(Long.MIN_VALUE)));
    all.sort(Comparator.comparingLong(Stratum.Left::place));
    versions = new LinkedHashMap<>();
    waiting = 0;
    return all.stream().map(Stratum.Left::item).toList();
  }
}
