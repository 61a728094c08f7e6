package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The hash that makes routes sticky: every router computes the same without talking, in every
 * version of this software. XXH64 as published (Yann Collet, xxHash fast digest algorithm,
 * "doc/xxhash_spec.md" of the xxHash project), own implementation.
 *
 * <pre>
 *   seed   = XXH64(UTF-8 of the salt, seed 0)
 *   unit   = XXH64(kind letter + key bytes, seed); 1 instead of 0
 *   bucket = floor(unit x 10,000 / 2^64), unit taken as unsigned
 * </pre>
 *
 * For kinds and key bytes see {@link KeyValue#encoded}.
 */
public final class StickyHash {
  /** Number of buckets. */
  public static final int BUCKETS = 10_000;

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final long seed;

  /**
   * @param salt the route's salt, so that routes are split independently of each other
   */
  public StickyHash(String salt) {
    this.seed = xxh64(salt.getBytes(StandardCharsets.UTF_8), 0);
  }

  /** The unit of a key; never 0. */
  public long unit(KeyValue key) {
    long hash = xxh64(key.encoded(), seed);
    return hash == 0 ? 1 : hash;
  }

  /** The bucket of a unit, 0 to 9,999. */
  public static int bucket(long unit) {
    return (int) Math.unsignedMultiplyHigh(unit, BUCKETS);
  }

  static long xxh64(byte[] input, long seed) {
    int length = input.length;
    int at = 0;
    long hash;
    if (length >= 32) {
      long lane1 = seed + PRIME_1 + PRIME_2;
      long lane2 = seed + PRIME_2;
      long lane3 = seed;
      long lane4 = seed - PRIME_1;
      for (; at <= length - 32; at += 32) {
        lane1 = round(lane1, (long) LONGS.get(input, at));
        lane2 = round(lane2, (long) LONGS.get(input, at + 8));
        lane3 = round(lane3, (long) LONGS.get(input, at + 16));
        lane4 = round(lane4, (long) LONGS.get(input, at + 24));
      }
      hash =
          Long.rotateLeft(lane1, 1)
              + Long.rotateLeft(lane2, 7)
              + Long.rotateLeft(lane3, 12)
              + Long.rotateLeft(lane4, 18);
      hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
    } else {
      hash = seed + PRIME_5;
    }
    hash += length;
    for (; at <= length - 8; at += 8) {
      hash ^= round(0, (long) LONGS.get(input, at));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (at <= length - 4) {
      hash ^= ((int) INTS.get(input, at) & 0xFFFF_FFFFL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < length; at++) {
      hash ^= (input[at] & 0xFFL) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    hash ^= hash >>> 33;
    hash *= PRIME_2;
    hash ^= hash >>> 29;
    hash *= PRIME_3;
    return hash ^ hash >>> 32;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }
}
