package dev.weir.monitor.privacy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.inspect.FeatureBuckets;
import dev.weir.monitor.inspect.Inspected;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, exactly, what may be published with noise later: of versions with a {@code
 * privacy_epsilon}, by UTC day of the samples' own time. Counts are written whole, so that writing
 * them again changes nothing. Thread-safe.
 *
 * <p>Which versions and cells a day has is decided by the registry alone, also of versions that
 * nobody asked. A day takes samples until {@link #CLOSES_AFTER} its end.
 *
 * <p><b>Crash.</b> Samples counted since the last write are not in the counts.
 */
public final class PublishedCounts {
  /** How long after its end a day still takes samples, and cannot be published. */
  static final Duration CLOSES_AFTER = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(PublishedCounts.class);

  private final ReleaseStore store;
  private final PrivacyConfig config;
  private final int maxFeatures;
  private final PrivacyCounts counts;
  private final Clock clock;

  /** One write at a time; never taken while {@code this} is held. */
  private final Object writing = new Object();

  @GuardedBy("this")
  private Map<SampleStore.Version, Domain> domains = Map.of();

  /** Epsilon a day of each model, millionths; 0: nothing of it is published. */
  @GuardedBy("this")
  private Map<String, Long> budgets = Map.of();

  /** The smallest budget in force so far on days that are open, or not yet written. */
  @GuardedBy("this")
  private final Map<ReleaseStore.ModelDay, Long> least = new HashMap<>();

  @GuardedBy("this")
  private final Map<Key, DayCounts> open = new HashMap<>();

  /** Of open days, from before a restart, until somebody goes on with it. */
  @GuardedBy("this")
  private final Map<Key, List<ReleaseStore.Counted>> restored = new HashMap<>();

  @GuardedBy("writing")
  private LocalDate forgotten = LocalDate.EPOCH;

  @GuardedBy("writing")
  private boolean lastFailed;

  private record Domain(ModelVersion version, PublishedDomain cells) {}

  private record Key(SampleStore.Version version, LocalDate day) {}

  private static final class DayCounts {
    final PublishedDomain domain;
    final long[][] counts;
    boolean changed = true;

    DayCounts(PublishedDomain domain) {
      this.domain = domain;
      this.counts = domain.empty();
    }

    /** Takes over what was written of this day, as far as it is of the same cells. */
    void goOnWith(List<ReleaseStore.Counted> written) {
      for (int i = 0; i < counts.length; i++) {
        PublishedDomain.Table table = domain.tables().get(i);
        for (ReleaseStore.Counted each : written) {
          if (each.statistic().equals(table.statistic())
              && each.counts().cells().equals(table.cells())) {
            System.arraycopy(each.counts().counts(), 0, counts[i], 0, counts[i].length);
          }
        }
      }
    }

    void writeTo(Collection<ReleaseStore.Counted> all, Key key) {
      for (int i = 0; i < counts.length; i++) {
        PublishedDomain.Table table = domain.tables().get(i);
        all.add(
            new ReleaseStore.Counted(
                key.version().model(),
                key.day(),
                table.statistic(),
                new ReleaseStore.Counts(
                    key.version().version(), table.cells(), counts[i].clone())));
      }
    }
  }

  /**
   * Goes on with what the store has of days that are still open.
   *
   * @param maxFeatures features of one version that are counted, as of those who inspect
   */
  public PublishedCounts(
      ReleaseStore store,
      PrivacyConfig config,
      int maxFeatures,
      PrivacyCounts counts,
      Clock clock) {
    this.store = store;
    this.config = config;
    this.maxFeatures = maxFeatures;
    this.counts = counts;
    this.clock = clock;
    for (ReleaseStore.Counted counted : store.countedSince(openDays().getFirst())) {
      var version = new SampleStore.Version(counted.model(), counted.counts().version());
      restored
          .computeIfAbsent(new Key(version, counted.day()), key -> new ArrayList<>())
          .add(counted);
    }
  }

  /** Takes the versions and policies of a snapshot. */
  public synchronized void follow(Snapshot snapshot) {
    var newest = new HashMap<SampleStore.Version, Domain>();
    var epsilons = new HashMap<String, Long>();
    List<ModelVersion> inOrder =
        snapshot.getVersionsList().stream()
            .sorted(
                Comparator.comparing(ModelVersion::getModel)
                    .thenComparing(ModelVersion::getVersion))
            .toList();
    for (ModelVersion version : inOrder) {
      long epsilon = millionths(version.getMonitoring().getPrivacyEpsilon());
      if (epsilon == 0) {
        epsilons.putIfAbsent(version.getModel(), 0L);
      } else if (newest.size() < config.maxPublishedVersions()) {
        epsilons.merge(
            version.getModel(), epsilon, (a, b) -> a == 0 || b == 0 ? a + b : Math.min(a, b));
        var key = new SampleStore.Version(version.getModel(), version.getVersion());
        Domain known = domains.get(key);
        newest.put(
            key,
            known != null && known.version().equals(version)
                ? known
                : new Domain(
                    version, PublishedDomain.of(version, FeatureBuckets.of(version, maxFeatures))));
      }
    }
    domains = newest;
    budgets = epsilons;
    noteBudgets();
  }

  @GuardedBy("this")
  private void noteBudgets() {
    for (LocalDate day : openDays()) {
      budgets.forEach((model, epsilon) -> {
        if (epsilon > 0) {
          least.merge(new ReleaseStore.ModelDay(model, day), epsilon, Math::min);
        }
      });
    }
  }

  private static long millionths(double epsilon) {
    double most = Math.min(epsilon, 1_000);
    return most >= 1e-6 ? Epsilon.of(most).millionths() : 0;
  }

  /** Epsilon a day that the policies say now, millionths; -1: no version of the model is in use. */
  synchronized long budgetNow(String model) {
    return budgets.getOrDefault(model, -1L);
  }

  /** Counts a sample. */
  public synchronized void observe(Inspected inspected) {
    Sample sample = inspected.sample();
    SampleStore.Version version = SampleStore.Version.of(sample);
    Domain domain = domains.get(version);
    if (domain == null || !domain.version().equals(inspected.version())) {
      return;
    }
    LocalDate day = dayOf(Instant.ofEpochSecond(sample.getAt().getSeconds()));
    if (!openDays().contains(day)) {
      counts.add(PrivacyEvent.SAMPLES_OF_ANOTHER_DAY, 1);
      return;
    }
    DayCounts here = of(new Key(version, day), domain.cells());
    here.domain.count(inspected, here.counts);
    here.changed = true;
    counts.add(PrivacyEvent.SAMPLES_COUNTED, 1);
  }

  @GuardedBy("this")
  private DayCounts of(Key key, PublishedDomain domain) {
    DayCounts known = open.get(key);
    if (known != null && known.domain.tables().equals(domain.tables())) {
      return known;
    }
    var fresh = new DayCounts(domain);
    List<ReleaseStore.Counted> before = restored.remove(key);
    if (known == null && before != null) {
      fresh.goOnWith(before);
    }
    open.put(key, fresh);
    noteBudgets();
    return fresh;
  }

  static LocalDate dayOf(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }

  /** Days that take samples now: today, and for a while yesterday. */
  private List<LocalDate> openDays() {
    Instant now = clock.now();
    LocalDate today = dayOf(now);
    LocalDate before = dayOf(now.minus(CLOSES_AFTER));
    return before.equals(today) ? List.of(today) : List.of(before, today);
  }

  /** Whether a day takes no more samples. */
  boolean isClosed(LocalDate day) {
    return day.isBefore(openDays().getFirst());
  }

  /**
   * Writes what was counted; to be called a few times a minute. A failure is logged, counted and
   * tried again with the next call.
   *
   * @return whether everything counted before the call is on disk
   */
  public boolean write() {
    synchronized (writing) {
      try {
        writeChanged();
        forgetOld();
        if (lastFailed) {
          lastFailed = false;
          LOG.info("counts to be published can be written again");
        }
        return true;
      } catch (JdbiException e) {
        counts.add(PrivacyEvent.WRITES_FAILED, 1);
        if (!lastFailed) {
          lastFailed = true;
          LOG.atError().setCause(e).log("counts to be published cannot be written");
        }
        return false;
      }
    }
  }

  @GuardedBy("writing")
  private void forgetOld() {
    LocalDate first = dayOf(clock.now().minus(config.publishedKept()));
    if (!first.equals(forgotten)) {
      store.forgetBefore(first);
      forgotten = first;
    }
  }

  @GuardedBy("writing")
  private void writeChanged() {
    var changed = new ArrayList<ReleaseStore.Counted>();
    var taken = new ArrayList<DayCounts>();
    Map<ReleaseStore.ModelDay, Long> inForce;
    List<LocalDate> days = openDays();
    synchronized (this) {
      noteBudgets();
      inForce = Map.copyOf(least);
      for (LocalDate day : days) {
        domains.forEach((version, domain) -> of(new Key(version, day), domain.cells()));
      }
      open.forEach((key, day) -> {
        if (day.changed) {
          day.changed = false;
          day.writeTo(changed, key);
          taken.add(day);
        }
      });
    }
    boolean written = false;
    try {
      store.write(changed, inForce);
      written = true;
    } finally {
      finish(taken, days, written);
    }
  }

  private synchronized void finish(List<DayCounts> taken, List<LocalDate> days, boolean written) {
    if (!written) {
      taken.forEach(day -> day.changed = true);
    }
    if (written) {
      least.keySet().removeIf(each -> !days.contains(each.day()));
    }
    open.entrySet()
        .removeIf(each -> !days.contains(each.getKey().day()) && !each.getValue().changed);
  }
}
