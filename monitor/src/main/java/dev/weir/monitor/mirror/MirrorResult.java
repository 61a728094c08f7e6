package dev.weir.monitor.mirror;

import dev.weir.proto.monitor.v1.MirrorPair;

/** How a pair ended. The word is the label of {@code weir_monitor_mirror_pairs}. */
public enum MirrorResult {
  /** Both answered. */
  BOTH_OK("both_ok"),
  /** Only the primary answered. */
  SHADOW_FAILED("shadow_failed"),
  /** Only the shadow answered. */
  PRIMARY_FAILED("primary_failed"),
  /** Neither answered. */
  BOTH_FAILED("both_failed");

  private final String word;

  MirrorResult(String word) {
    this.word = word;
  }

  /** The metric's label. */
  public String word() {
    return word;
  }

  static MirrorResult of(MirrorPair pair) {
    boolean primary = pair.getPrimary().getStatus() == 0;
    boolean shadow = pair.getShadow().getStatus() == 0;
    if (primary) {
      return shadow ? BOTH_OK : SHADOW_FAILED;
    }
    return shadow ? PRIMARY_FAILED : BOTH_FAILED;
  }
}
