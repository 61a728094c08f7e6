package dev.weir.monitor.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.SampleQueue;
import dev.weir.monitor.stats.sketch.RecentIds;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
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
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Watches every version that is live and has a reference. Samples are put into a queue by whoever
 * closes their slice, and looked at by a task of its own: {@link #work} must be called a few times
 * a second, by one caller at a time. Thread-safe.
 */
public final class StandingWatch implements WatchState {
  private static final int MAGIC = 0x57544348;
  private static final int VERSION = 1;

  /** Samples looked at while the lock is held. */
  private static final int AT_ONCE = 512;

  private final WatchConfig config;
  private final IntakeCounts counts;
  private final Findings findings;
  private final Clock clock;
  private final RandomGenerator random;

  private final SampleQueue queue;

  /** Of all versions, under the lock of this. */
  private final RecentIds recent;

  @GuardedBy("this")
  private Map<String, Reference> references = new HashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<VersionKey, VersionWatch> watches =
      new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private final Map<VersionKey, Map<String, byte[]>> restored = new LinkedHashMap<>();

  /**
   * Watches nothing yet.
   *
   * @param random for values on atoms of a reference
   */
  public StandingWatch(
      WatchConfig config,
      IntakeCounts counts,
      Findings findings,
      Clock clock,
      RandomGenerator random) {
    this.config = config;
    this.counts = counts;
    this.findings = findings;
    this.clock = clock;
    this.random = random;
    this.queue =
        new SampleQueue("watch", config.maxWaitingSamples(), IntakeEvent.WATCH_OVERFLOW, counts);
    this.recent = new RecentIds(config.rememberedRequests());
  }

  /** Takes the references of the versions in a snapshot. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<String, Reference>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      newest.put(id(version.getModel(), version.getVersion()), version.getReference());
    }
    synchronized (this) {
      references = newest;
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
    for (List<Sample> waiting = queue.take(); !waiting.isEmpty(); waiting = queue.take()) {
      for (int from = 0; from < waiting.size(); from += AT_ONCE) {
        observe(waiting.subList(from, Math.min(waiting.size(), from + AT_ONCE)));
      }
    }
    look();
  }

  private synchronized void observe(List<Sample> slice) {
    Instant now = clock.now();
    for (Sample sample : slice) {
      if (!sample.getAssignment().getMirrored()) {
        VersionWatch watch = of(VersionKey.of(sample));
        if (!watch.isEmpty()) {
          watch.observe(sample, findings, now);
        }
      }
    }
  }

  @GuardedBy("this")
  private VersionWatch of(VersionKey key) {
    VersionWatch watch = watches.get(key);
    if (watch == null) {
      Reference reference =
          references.getOrDefault(id(key.model(), key.version()), Reference.getDefaultInstance());
      watch =
          new VersionWatch(key, reference, new RequestIdWatch(key, recent, config), config, random);
      restore(watch);
      // Of a version that the registry has not told of yet, the watch begins with its reference.
      if (!watch.isEmpty()) {
        watches.put(key, watch);
        if (watches.size() > config.maxVersions()) {
          watches.pollFirstEntry();
          counts.add(IntakeEvent.WATCHED_VERSIONS_FORGOTTEN);
        }
      }
    }
    return watch;
  }

  @GuardedBy("this")
  private void restore(VersionWatch watch) {
    Map<String, byte[]> states = restored.remove(watch.key());
    if (states == null) {
      return;
    }
    for (Watched feature : watch.watched()) {
      byte[] state = states.get(feature.name());
      if (state != null) {
        try {
          feature.restore(state, config, random);
        } catch (IllegalArgumentException ofAnotherReference) {
          counts.add(IntakeEvent.WATCH_STATES_REFUSED);
        }
      }
    }
  }

  private synchronized void look() {
    Instant now = clock.now();
    watches.values().forEach(watch -> watch.look(findings, now));
  }

  /** What is known about each version, the one that was seen last at the end. */
  List<VersionView> views() {
    return views(key -> true);
  }

  /** The same of some of them. */
  synchronized List<VersionView> views(Predicate<VersionKey> wanted) {
    return watches.values().stream()
        .filter(watch -> wanted.test(watch.key()))
        .map(VersionWatch::view)
        .toList();
  }

  /** Where the detectors of each version stand. */
  synchronized List<DriftEvidence> evidence() {
    return watches.values().stream().map(VersionWatch::evidence).toList();
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
