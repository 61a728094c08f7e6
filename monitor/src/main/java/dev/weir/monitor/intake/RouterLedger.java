package dev.weir.monitor.intake;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far each router process's stream of outcome slices has been taken, so that each slice counts
 * once however often it is sent. Routers send in order of sequence, so one number a process is
 * enough. Bounded: the processes not heard for longest are forgotten first. Not thread-safe: the
 * evidence book's lock guards it.
 */
public final class RouterLedger {
  /** What becomes of a slice. */
  public sealed interface Entry {
    /**
     * Count it.
     *
     * @param missing slices between the last one and this that never came, at least 0
     */
    record New(long missing) implements Entry {}

    /** It was counted before. */
    record Repeated() implements Entry {}
  }

  private final int maxProcesses;
  private final IntakeCounts counts;
  private final LinkedHashMap<String, Long> taken = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Long> saidDropped = new HashMap<>();

  /**
   * @param maxProcesses router processes remembered, at least 1
   */
  public RouterLedger(int maxProcesses, IntakeCounts counts) {
    this.maxProcesses = maxProcesses;
    this.counts = counts;
  }

  /**
   * Enters a slice.
   *
   * @param sequence as unsigned 64-bit numbers order
   */
  public Entry enter(String process, long sequence) {
    Long last = taken.get(process);
    if (last != null && Long.compareUnsigned(sequence, last) <= 0) {
      return new Entry.Repeated();
    }
    taken.put(process, sequence);
    forgetOldest();
    return new Entry.New(last == null ? 0 : sequence - last - 1);
  }

  /**
   * Takes a process's own count of what it dropped.
   *
   * @return how much that count grew
   */
  public long dropped(String process, long soFar) {
    if (!taken.containsKey(process)) {
      return 0;
    }
    Long before = saidDropped.put(process, soFar);
    return before == null ? soFar : Math.max(0, soFar - before);
  }

  private void forgetOldest() {
    if (taken.size() > maxProcesses) {
      String oldest = taken.keySet().iterator().next();
      taken.remove(oldest);
      saidDropped.remove(oldest);
      counts.add(IntakeEvent.ROUTERS_FORGOTTEN);
    }
  }

  /** The last sequence number taken of each process, the one heard last at the end. */
  public Map<String, Long> taken() {
    return new LinkedHashMap<>(taken);
  }

  /** {@code int32 n, n x (text process, int64 sequence)}, the one heard last at the end. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeInt(taken.size());
    for (var entry : taken.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue());
    }
  }

  /** Takes over what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      taken.put(in.readUTF(), in.readLong());
      forgetOldest();
    }
  }
}
