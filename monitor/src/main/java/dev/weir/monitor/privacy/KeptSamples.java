package dev.weir.monitor.privacy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the samples of versions whose policy says {@code keep_samples}, with inputs and outputs, as
 * long as it says; of all others nothing. Bounded in bytes, samples and age. Thread-safe: taking is
 * quick and never waits for the disk.
 *
 * <p><b>Policy.</b> A version that a snapshot says may not be kept loses what was kept of it with
 * the next {@link #write}. Of a version that no snapshot names any more, what was kept stays until
 * its time is over.
 *
 * <p><b>Crash.</b> What came since the last write is lost, {@link PrivacyConfig#writeInterval} of
 * it at most; what was written is there.
 */
public final class KeptSamples implements Erasable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptSamples.class);
  private static final Duration USUAL_TIME = Duration.ofDays(7);

  private final SampleStore store;
  private final PrivacyConfig config;
  private final PrivacyCounts counts;
  private final Clock clock;

  /** One write or erasure at a time; never taken while {@code this} is held. */
  private final Object writing = new Object();

  @GuardedBy("this")
  private Map<SampleStore.Version, Duration> keep = Map.of();

  @GuardedBy("this")
  private Set<SampleStore.Version> drop = Set.of();

  @GuardedBy("this")
  private boolean policiesChanged;

  @GuardedBy("this")
  private List<Sample> waiting = new ArrayList<>();

  @GuardedBy("this")
  private long waitingBytes;

  /** Something was deleted that may still stand in the database's log. */
  @GuardedBy("writing")
  private boolean toOverwrite;

  @GuardedBy("writing")
  private boolean lastFailed;

  @GuardedBy("writing")
  private boolean closed;

  /** Keeps nothing until a snapshot lets it. */
  public KeptSamples(SampleStore store, PrivacyConfig config, PrivacyCounts counts, Clock clock) {
    this.store = store;
    this.config = config;
    this.counts = counts;
    this.clock = clock;
  }

  /** Takes the policies of the versions in a snapshot. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<SampleStore.Version, Duration>();
    var none = new HashSet<SampleStore.Version>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      var key = new SampleStore.Version(version.getModel(), version.getVersion());
      Duration time = time(version.getMonitoring());
      if (time.isPositive()) {
        newest.put(key, time);
      } else {
        none.add(key);
      }
    }
    synchronized (this) {
      if (!newest.equals(keep) || !none.equals(drop)) {
        keep = newest;
        drop = none;
        policiesChanged = true;
        dropWaiting(sample -> none.contains(SampleStore.Version.of(sample)));
      }
    }
  }

  /** How long samples may be kept; zero: not at all. */
  private Duration time(MonitoringPolicy policy) {
    if (!policy.getKeepSamples()) {
      return Duration.ZERO;
    }
    Duration said =
        policy.hasKeepSamplesFor()
            ? Duration.ofSeconds(
                policy.getKeepSamplesFor().getSeconds(), policy.getKeepSamplesFor().getNanos())
            : USUAL_TIME;
    return said.compareTo(config.maxKeptFor()) > 0 ? config.maxKeptFor() : said;
  }

  @GuardedBy("this")
  private int dropWaiting(Predicate<Sample> unwanted) {
    int before = waiting.size();
    waiting.removeIf(unwanted);
    waitingBytes = waiting.stream().mapToLong(Sample::getSerializedSize).sum();
    return before - waiting.size();
  }

  /** Takes a closed slice. */
  public synchronized void samples(List<Sample> slice) {
    for (Sample sample : slice) {
      if (!sample.getAssignment().getMirrored()
          && keep.containsKey(SampleStore.Version.of(sample))) {
        int bytes = sample.getSerializedSize();
        if (waitingBytes + bytes > config.maxWaitingBytes()) {
          counts.add(PrivacyEvent.SAMPLES_NOT_KEPT, 1);
        } else {
          waiting.add(sample);
          waitingBytes += bytes;
        }
      }
    }
  }

  private record Work(
      List<Sample> samples,
      Map<SampleStore.Version, Duration> keep,
      Set<SampleStore.Version> drop,
      boolean policiesChanged) {}

  private synchronized Work takeWork() {
    var work = new Work(waiting, keep, drop, policiesChanged);
    waiting = new ArrayList<>();
    waitingBytes = 0;
    policiesChanged = false;
    return work;
  }

  /** Puts back what could not be written, as far as there is room. */
  private synchronized void putBack(Work work) {
    policiesChanged |= work.policiesChanged();
    List<Sample> newer = waiting;
    waiting = new ArrayList<>();
    waitingBytes = 0;
    samples(work.samples());
    samples(newer);
  }

  /**
   * Writes what waits and deletes what may no longer be kept; to be called about once a {@link
   * PrivacyConfig#writeInterval}. A failure is logged, counted and tried again with the next call.
   *
   * @return whether everything taken before the call is on disk
   */
  public boolean write() {
    synchronized (writing) {
      if (closed) {
        return false;
      }
      Work work = takeWork();
      try {
        write(work);
        if (lastFailed) {
          lastFailed = false;
          LOG.info("samples can be kept again");
        }
        return true;
      } catch (JdbiException e) {
        putBack(work);
        counts.add(PrivacyEvent.WRITES_FAILED, 1);
        if (!lastFailed) {
          lastFailed = true;
          LOG.atError().setCause(e).log("kept samples cannot be written, it is tried again");
        }
        return false;
      }
    }
  }

  @GuardedBy("writing")
  private void write(Work work) {
    long now = clock.now().toEpochMilli();
    if (work.policiesChanged()) {
      deleted(PrivacyEvent.SAMPLES_OF_NO_POLICY, store.follow(work.keep(), work.drop()));
    }
    if (!work.samples().isEmpty()) {
      counts.add(PrivacyEvent.SAMPLES_KEPT, store.write(work.samples(), work.keep(), now));
      work.samples().clear();
    }
    deleted(PrivacyEvent.SAMPLES_EXPIRED, store.expire(now));
    deleted(
        PrivacyEvent.SAMPLES_OVER_LIMIT,
        store.makeRoom(config.maxKeptSamples(), config.maxKeptBytes()));
    if (toOverwrite) {
      toOverwrite = !store.overwrite();
    }
  }

  @GuardedBy("writing")
  private void deleted(PrivacyEvent why, int samples) {
    counts.add(why, samples);
    toOverwrite |= samples > 0;
  }

  @Override
  public boolean erase(String requestId) {
    return erase(new Erasure(Set.of(requestId), Set.of(), Set.of())) > 0;
  }

  @Override
  public int eraseUnit(long unit) {
    return erase(new Erasure(Set.of(), Set.of(unit), Set.of()));
  }

  /**
   * Erases what is named from what waits and from the disk, where it is overwritten, if somebody
   * reads just then with one of the next writes.
   *
   * @throws JdbiException when the disk could not be written: it may all still be there
   */
  @Override
  public int erase(Erasure erasure) {
    synchronized (writing) {
      int count;
      synchronized (this) {
        count = dropWaiting(sample -> isNamed(erasure, sample));
      }
      count += store.erase(erasure);
      deleted(PrivacyEvent.SAMPLES_ERASED, count);
      if (toOverwrite) {
        toOverwrite = !store.overwrite();
      }
      return count;
    }
  }

  private static boolean isNamed(Erasure erasure, Sample sample) {
    return erasure.requestIds().contains(sample.getRequestId())
        || erasure.units().contains(sample.getAssignment().getUnit())
        || erasure.traceIds().contains(sample.getTraceId());
  }

  @Override
  public Erasure alsoKnownAs(Erasure erasure) {
    return store.alsoKnownAs(erasure);
  }

  /** Writes what waits, and never again. */
  @Override
  public void close() {
    synchronized (writing) {
      if (!write()) {
        LOG.warn("the last samples could not be kept");
      }
      closed = true;
    }
  }
}
