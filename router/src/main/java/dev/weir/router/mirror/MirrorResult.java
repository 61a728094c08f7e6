package dev.weir.router.mirror;

import java.util.Locale;

/** What became of a copy. Exactly one for each request that was drawn to be copied. */
public enum MirrorResult {
  /** The shadow answered. */
  ANSWERED,
  /** The shadow gave an error. */
  FAILED,
  /** The shadow did not answer in the time it has. */
  LATE,
  /** Not sent: as many copies as may be are in flight. */
  TOO_MANY,
  /** Not sent: the request is too long, or was not kept. */
  TOO_LONG,
  /** Not sent: copies take all the bytes that they may, or too much waits for slow receivers. */
  NO_ROOM,
  /** Not sent: no worker has the shadow version ready. */
  NO_WORKER,
  /** Not sent: the client was answered, or gone, before its request was here as a whole. */
  NO_REQUEST;

  /** The word in metric labels. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
