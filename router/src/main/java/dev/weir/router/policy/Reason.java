package dev.weir.router.policy;

import java.util.Locale;

/** Why a request goes to its variant. */
public enum Reason {
  /** Its own draw by the weights. */
  SPLIT,
  /** Its key's bucket. */
  STICKY,
  /** A header match of the route. */
  MATCH,
  /** The client named the version. */
  PINNED,
  /** No ready worker had the version drawn, so the baseline answers. */
  FALLBACK;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word in metadata, logs and metric labels. */
  public String word() {
    return word;
  }
}
