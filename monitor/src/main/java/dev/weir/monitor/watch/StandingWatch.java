package dev.weir.monitor.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.SampleQueue;
import dev.weir.monitor.stats.sketch.RecentIds;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Watches every version that is live. Samples are put into a queue by whoever closes their slice,
 * and looked at by a task of its own: {@link #work} must be called a few times a second, by one
 * caller at a time. Thread-safe.
 */
public final class StandingWatch implements WatchState {
  private static final int MAGIC = 0x57544348;
  private static final int VERSION = 1;

  /** Versions whose first rows are collected at once: others wait. */
  private static final int MOST_FREEZING = 16;

  /** Samples looked at while the lock is held. */
  private static final int AT_ONCE = 512;

  private final WatchConfig config;
  private final IntakeCounts counts;
  private final Findings findings;
  private final Clock clock;
  private final LastWeek lastWeek;
  private final RandomGenerator random;

  /** Of all versions, under the lock of this. */
  private final RecentIds recent;

  private final SampleQueue queue;

  @GuardedBy("this")
  private Map<String, ModelVersion> versions = new HashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<VersionKey, LiveVersion> watches =
      new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private final Map<VersionKey, Map<String, byte[]>> restored = new LinkedHashMap<>();

  /**
   * Watches nothing yet.
   *
   * @param lastWeek what was seen a week ago
   * @param random for values on atoms of a reference
   */
  public StandingWatch(
      WatchConfig config,
      IntakeCounts counts,
      Findings findings,
      LastWeek lastWeek,
      Clock clock,
      RandomGenerator random) {
    this.config = config;
    this.lastWeek = lastWeek;
    this.counts = counts;
    this.findings = findings;
    this.clock = clock;
    this.random = random;
    this.recent = new RecentIds(config.rememberedRequests());
    this.queue =
        new SampleQueue("watch", config.maxWaitingSamples(), IntakeEvent.WATCH_OVERFLOW, counts);
  }

  /** Takes the references and policies of the versions in a snapshot. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<String, ModelVersion>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      newest.put(id(version.getModel(), version.getVersion()), version);
    }
    synchronized (this) {
      versions = newest;
    }
  }

  private static String id(String model, String version) {
    return model + "/" + version;
  }

  /** Takes a closed slice; never waits. What does not fit is dropped by version and counted. */
  public void samples(List<Sample> slice) {
    if (config.enabled()) {
      queue.add(slice);
    }
  }

  /** Looks at what waits. */
  public void work() {
    takeHours();
    for (List<Sample> waiting = queue.take(); !waiting.isEmpty(); waiting = queue.take()) {
      for (int from = 0; from < waiting.size(); from += AT_ONCE) {
        observe(waiting.subList(from, Math.min(waiting.size(), from + AT_ONCE)));
      }
    }
    look();
  }

  /** What was in this hour a week ago is read from disk without the lock. */
  private void takeHours() {
    Instant now = clock.now();
    List<LiveVersion> wanting;
    synchronized (this) {
      wanting = watches.values().stream().filter(each -> each.wantsHour(now)).toList();
    }
    for (LiveVersion version : wanting) {
      VersionKey key = version.key();
      var seen = new LinkedHashMap<FeatureReference, Sketch>();
      for (FeatureReference feature : version.seasonalFeatures()) {
        lastWeek
            .sameHour(
                key.route(),
                key.model(),
                key.version(),
                feature.getName(),
                feature.getIndex() >= 0,
                now.getEpochSecond())
            .ifPresent(sketch -> seen.put(feature, sketch));
      }
      synchronized (this) {
        counts.add(IntakeEvent.WATCH_STATES_REFUSED, version.takeHour(seen, now));
      }
    }
  }

  private synchronized void observe(List<Sample> slice) {
    Instant now = clock.now();
    for (Sample sample : slice) {
      if (!sample.getAssignment().getMirrored()) {
        of(VersionKey.of(sample)).ifPresent(version -> version.observe(sample, findings, now));
      }
    }
  }

  /** Empty: of a version that the registry has not told of yet. */
  @GuardedBy("this")
  private Optional<LiveVersion> of(VersionKey key) {
    LiveVersion known = watches.get(key);
    ModelVersion version = versions.get(id(key.model(), key.version()));
    if (known != null || version == null) {
      return Optional.ofNullable(known);
    }
    var begun = new LiveVersion(key, version, recent, config, random);
    Map<String, byte[]> states = restored.remove(key);
    if (states != null) {
      counts.add(IntakeEvent.WATCH_STATES_REFUSED, begun.restore(states));
    }
    watches.put(key, begun);
    if (watches.size() > config.maxVersions()) {
      watches.pollFirstEntry();
      counts.add(IntakeEvent.WATCHED_VERSIONS_FORGOTTEN);
    }
    return Optional.of(begun);
  }

  private synchronized void look() {
    Instant now = clock.now();
    long freezing = watches.values().stream().filter(LiveVersion::isFreezing).count();
    for (LiveVersion version : watches.values()) {
      version.look(findings, now);
      if (version.wantsToFreeze() && freezing < MOST_FREEZING) {
        version.beginToFreeze(now);
        freezing++;
      }
    }
  }

  /** What is known about each version, the one that was seen last at the end. */
  List<VersionView> views() {
    return views(key -> true);
  }

  /** The same of some of them. */
  synchronized List<VersionView> views(Predicate<VersionKey> wanted) {
    return watches.values().stream()
        .filter(watch -> wanted.test(watch.key()))
        .flatMap(watch -> watch.views().stream())
        .toList();
  }

  /** Where the detectors of each version stand. */
  synchronized List<DriftEvidence> evidence() {
    return watches.values().stream().flatMap(watch -> watch.evidence().stream()).toList();
  }

  /** All detectors, to be saved. */
  @Override
  public synchronized byte[] image() {
    try {
      var bytes = new ByteArrayOutputStream();
      var out = new DataOutputStream(bytes);
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      var states = new LinkedHashMap<>(restored);
      watches.forEach((key, watch) -> states.put(key, watch.states()));
      while (states.size() > config.maxVersions()) {
        states.pollFirstEntry();
      }
      out.writeInt(states.size());
      for (Map.Entry<VersionKey, Map<String, byte[]>> version : states.entrySet()) {
        out.writeUTF(version.getKey().route());
        out.writeUTF(version.getKey().model());
        out.writeUTF(version.getKey().version());
        out.writeInt(version.getValue().size());
        for (Map.Entry<String, byte[]> state : version.getValue().entrySet()) {
          out.writeUTF(state.getKey());
          out.writeInt(state.getValue().length);
          out.write(state.getValue());
        }
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
  }

  @Override
  public void restore(byte[] image) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(image));
    if (in.readInt() != MAGIC || in.readInt() != VERSION) {
      throw new IOException("not an image of a watch, or of another version");
    }
    var read = new LinkedHashMap<VersionKey, Map<String, byte[]>>();
    int versions = in.readInt();
    for (int i = 0; i < versions; i++) {
      var key = new VersionKey(in.readUTF(), in.readUTF(), in.readUTF());
      var states = new LinkedHashMap<String, byte[]>();
      int features = in.readInt();
      for (int j = 0; j < features; j++) {
        String name = in.readUTF();
        var state = new byte[Math.clamp(in.readInt(), 0, image.length)];
        in.readFully(state);
        states.put(name, state);
      }
      read.put(key, states);
    }
    synchronized (this) {
      restored.putAll(read);
    }
  }
}
