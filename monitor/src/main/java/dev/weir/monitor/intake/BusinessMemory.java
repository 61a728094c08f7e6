package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.stats.SeenUnits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which units have had their number, for each metric of each rollout, so that a number that is
 * reported again counts once, after a restart too. Bounded: of more than 32 rollouts x metrics the
 * one heard longest ago is forgotten. Thread-safe.
 *
 * <pre>
 *   uint8   version, 1
 *   int32   n
 *   n x (text rollout, text metric, int32 length, {@link SeenUnits} of that length),
 *       the one heard last at the end
 * </pre>
 */
public final class BusinessMemory implements EvidenceMemory {
  private static final int VERSION = 1;
  private static final int MAX_MEMORIES = 32;

  private record Key(String rolloutId, String metric) {}

  private final int maxUnits;

  @GuardedBy("this")
  private final LinkedHashMap<Key, SeenUnits> seen = new LinkedHashMap<>(16, 0.75f, true);

  /** Remembers no unit yet. */
  public BusinessMemory(IntakeConfig config) {
    this.maxUnits = config.maxBusinessUnits();
  }

  /**
   * Marks a unit.
   *
   * @param unit not 0
   */
  synchronized SeenUnits.Admission offer(String rolloutId, String metric, long unit) {
    SeenUnits units =
        seen.computeIfAbsent(new Key(rolloutId, metric), key -> new SeenUnits(maxUnits));
    if (seen.size() > MAX_MEMORIES) {
      seen.pollFirstEntry();
    }
    return units.offer(unit);
  }

  @Override
  public String name() {
    return "business units";
  }

  @Override
  public synchronized boolean renameUnits(Map<Long, Long> units) {
    boolean any = false;
    for (Map.Entry<Key, SeenUnits> each : seen.sequencedEntrySet()) {
      SeenUnits known = each.getValue();
      if (units.keySet().stream().anyMatch(known::contains)) {
        each.setValue(known.renamed(units));
        any = true;
      }
    }
    return any;
  }

  @Override
  public synchronized void writeTo(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeInt(seen.size());
    for (var entry : seen.entrySet()) {
      out.writeUTF(entry.getKey().rolloutId());
      out.writeUTF(entry.getKey().metric());
      byte[] units = entry.getValue().toBytes();
      out.writeInt(units.length);
      out.write(units);
    }
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    int size = in.readInt();
    if (version != VERSION || size < 0 || size > MAX_MEMORIES) {
      throw new IOException(
          "business units: version %d, %d memories (expected: version %d, 0 to %d)"
              .formatted(version, size, VERSION, MAX_MEMORIES));
    }
    record Read(Key key, SeenUnits units) {}
    var all = new ArrayList<Read>();
    for (int i = 0; i < size; i++) {
      var key = new Key(in.readUTF(), in.readUTF());
      all.add(new Read(key, SeenUnits.fromBytes(ImageBytes.read(in))));
    }
    synchronized (this) {
      all.forEach(read -> seen.put(read.key(), read.units()));
    }
  }
}
