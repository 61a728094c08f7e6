package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Sample;

/**
 * A number for each sample that tells nothing of its arm, its answer or when it came, and is the
 * same when it comes again: its unit or, without one, its request id, hashed with a key of its own.
 * The routers' draws hash the same unit, with other keys. Of a sample with neither it is the hash
 * of how many came before.
 */
final class SamplePriority {
  private static final long KEY = 0x9e37_79b9_7f4a_7c15L;

  private SamplePriority() {}

  /**
   * @param before samples that came before
   */
  static long of(Sample sample, long before) {
    long unit = sample.getAssignment().getUnit();
    String id = sample.getRequestId();
    return mix((unit != 0 ? unit : id.isEmpty() ? before : hash(id)) ^ KEY);
  }

  /** FNV-1a, 64 bits. */
  private static long hash(String text) {
    long hash = 0xcbf2_9ce4_8422_2325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100_0000_01b3L;
    }
    return hash;
  }

  /** Twice the finalizer of SplitMix64 (Stafford's variant 13). */
  private static long mix(long number) {
    return finish(finish(number) + KEY);
  }

  private static long finish(long number) {
    long z = (number ^ (number >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }
}
