package dev.weir.monitor.stats.sketch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Remembers which ids came lately: two Bloom filters (Bloom, Commun. ACM 13, 1970) of 16 bits an id
 * and 8 places each, the older of which is forgotten when the newer is full. What is remembered are
 * the newest {@code capacity} ids at least, and twice as many at most. An id that did not come is
 * taken for one that did with probability {@link #FALSE_POSITIVES} at most; the other way round
 * never, while it is remembered. Memory: 4 to 8 bytes an id of the capacity. Mutable, single
 * writer.
 */
public final class RecentIds {
  /** Probability at most that a new id is taken for a known one, both filters full. */
  public static final double FALSE_POSITIVES = 0.0012;

  private static final int PLACES = 8;
  private static final int BITS_AN_ID = 16;
  private static final int MOST = 1 << 27;

  private final int capacity;
  private final int mask;
  private long[] newer;
  private long[] older;
  private int held;

  /**
   * Nothing came yet.
   *
   * @param capacity ids that are remembered at least, 1 to 100,000,000
   */
  public RecentIds(int capacity) {
    if (capacity < 1 || capacity > 100_000_000) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1 to 100000000)");
    }
    this.capacity = capacity;
    int ids = (int) Math.min(MOST, 1L << (64 - Long.numberOfLeadingZeros(capacity - 1L)));
    int words = Math.max(1, ids / (Long.SIZE / BITS_AN_ID));
    this.mask = words - 1;
    this.newer = new long[words];
    this.older = new long[words];
  }

  /**
   * Takes an id.
   *
   * @param id as {@link #hash} makes it
   * @return whether it came lately
   */
  public boolean offer(long id) {
    if (mark(newer, id, false)) {
      return true;
    }
    boolean known = mark(older, id, false);
    if (held == capacity) {
      long[] forgotten = older;
      older = newer;
      newer = forgotten;
      Arrays.fill(newer, 0);
      held = 0;
    }
    mark(newer, id, true);
    held++;
    return known;
  }

  /** Looks at an id's places, or sets them; returns whether all were set. */
  private boolean mark(long[] filter, long id, boolean set) {
    // Two hashes make all of them: Kirsch and Mitzenmacher, Random Struct. Algorithms 33, 2008.
    long step = mixed(id) | 1;
    long at = id;
    boolean all = true;
    for (int i = 0; i < PLACES; i++) {
      int word = (int) (at >>> 6) & mask;
      long bit = 1L << (at & 63);
      all &= (filter[word] & bit) != 0;
      if (set) {
        filter[word] |= bit;
      }
      at += step;
    }
    return all;
  }

  /**
   * A 64-bit hash of a text (FNV-1a and the finalizer of MurmurHash3).
   *
   * @param seed another seed, another hash: tells apart ids of different owners
   */
  public static long hash(long seed, String text) {
    long hash = 0xcbf29ce484222325L ^ seed;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
    }
    return mixed(hash);
  }

  private static long mixed(long value) {
    long z = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
