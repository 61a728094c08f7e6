package dev.weir.router.policy;

import java.util.Locale;

/** Why a request goes to its variant. */
public enum Reason {
  /** Its own draw by the weights. */
  SPLIT,
  /** Its key's bucket. */
  STICKY,
  /** A rule of the route that matched. */
  MATCH,
  /** Its key's arm in an experiment. */
  EXPERIMENT,
  /** The client named the version. */
  PINNED,
  /** What should have answered could not, or was not sure: something else answers. */
  FALLBACK,
  /** A copy for a version on trial; no client sees its answer. */
  MIRROR;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word in metadata, logs and metric labels. */
  public String word() {
    return word;
  }
}
