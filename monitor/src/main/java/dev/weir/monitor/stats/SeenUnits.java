package dev.weir.monitor.stats;

import java.util.Arrays;
import java.util.Map;

/**
 * The sticky units that have been counted already, so that each counts once however many requests
 * it makes: requests of one user are alike, and betting on each of them as if they had been drawn
 * anew would raise false alarms in up to a third of all sound rollouts. Bounded: once full, new
 * units are refused (and not counted by the caller), which depends on the order of arrival and not
 * on the arm, so that it costs power only. Mutable, single writer, not thread-safe.
 *
 * <p>An open-addressing table with linear probing, at most half full, grown by doubling: 16 to 32
 * bytes a unit.
 *
 * <pre>
 *   uint8   version, 1
 *   uint8   'U'
 *   int64   capacity
 *   int64   n
 *   n x int64 units, rising as signed numbers
 * </pre>
 */
public final class SeenUnits {
  /** What became of a unit that was offered. */
  public enum Admission {
    /** Not seen before: count it. */
    FIRST,
    /** Seen before: do not count it. */
    REPEATED,
    /** Not seen before, but there is no room to remember it: do not count it. */
    FULL
  }

  private static final byte KIND = 'U';
  private static final int VERSION = 1;
  private static final int MAX_CAPACITY = 1 << 28;

  private final int capacity;
  // 0 marks a free place: no unit is 0.
  private long[] table = new long[16];
  private int size;

  /**
   * An empty set.
   *
   * @param capacity units it can hold, 1 to 268,435,456
   */
  public SeenUnits(int capacity) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "capacity: " + capacity + " (expected: 1 to " + MAX_CAPACITY + ")");
    }
    this.capacity = capacity;
  }

  /**
   * Offers a unit.
   *
   * @param unit not 0
   */
  public Admission offer(long unit) {
    if (unit == 0) {
      throw new IllegalArgumentException("unit: 0 (expected: not 0)");
    }
    int place = placeOf(unit);
    if (table[place] == unit) {
      return Admission.REPEATED;
    }
    if (size == capacity) {
      return Admission.FULL;
    }
    table[place] = unit;
    size++;
    if (size * 2 > table.length) {
      grow();
    }
    return Admission.FIRST;
  }

  /** Units held. */
  public int size() {
    return size;
  }

  /** Whether no further unit can be held. */
  public boolean isFull() {
    return size == capacity;
  }

  /**
   * The same set with other units in place of some.
   *
   * @param names new unit by old one; a new one that is here already is one with it
   */
  public SeenUnits renamed(Map<Long, Long> names) {
    var renamed = new SeenUnits(capacity);
    for (long unit : table) {
      if (unit != 0) {
        renamed.offer(names.getOrDefault(unit, unit));
      }
    }
    return renamed;
  }

  /** Whether a unit was seen. */
  public boolean contains(long unit) {
    return unit != 0 && table[placeOf(unit)] == unit;
  }

  private int placeOf(long unit) {
    int mask = table.length - 1;
    int place = (int) mix(unit) & mask;
    while (table[place] != 0 && table[place] != unit) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** Spreads units that differ in few bits (the 64-bit finalizer of MurmurHash3). */
  private static long mix(long unit) {
    long z = (unit ^ (unit >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }

  private void grow() {
    long[] old = table;
    table = new long[old.length * 2];
    for (long unit : old) {
      if (unit != 0) {
        table[placeOf(unit)] = unit;
      }
    }
  }

  /** All state; the same units give the same bytes, in whatever order they came. */
  public byte[] toBytes() {
    long[] units = Arrays.stream(table).filter(unit -> unit != 0).sorted().toArray();
    var out = new StateWriter(VERSION, KIND).int64(capacity).int64(units.length);
    for (long unit : units) {
      out.int64(unit);
    }
    return out.toBytes();
  }

  /**
   * The set that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static SeenUnits fromBytes(byte[] bytes) {
    var in = new StateReader("seen units", VERSION, KIND, bytes);
    long capacity = in.count();
    long length = in.count();
    if (capacity < 1 || capacity > MAX_CAPACITY || length > capacity) {
      throw in.damaged("capacity " + capacity + ", units " + length);
    }
    if (length != in.remaining() / 8) {
      throw in.damaged(length + " units (expected: " + in.remaining() / 8 + ")");
    }
    var seen = new SeenUnits((int) capacity);
    for (long i = 0; i < length; i++) {
      if (seen.offer(in.int64()) != Admission.FIRST) {
        throw in.damaged("a unit twice");
      }
    }
    in.end();
    return seen;
  }
}
