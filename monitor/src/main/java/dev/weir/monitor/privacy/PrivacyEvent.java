package dev.weir.monitor.privacy;

import java.util.Locale;

/** What becomes of samples that are kept or counted for publishing. */
public enum PrivacyEvent {
  /** A sample was written. */
  SAMPLES_KEPT,
  /** A sample was not kept: too much waits for the disk. */
  SAMPLES_NOT_KEPT,
  /** A kept sample was deleted: its time was over. */
  SAMPLES_EXPIRED,
  /** A kept sample was deleted: there was more than may be kept. */
  SAMPLES_OVER_LIMIT,
  /** A kept sample was deleted: its version's policy lets none be kept any more. */
  SAMPLES_OF_NO_POLICY,
  /** A kept sample was erased. */
  SAMPLES_ERASED,
  /** A write to a database failed, it is tried again. */
  WRITES_FAILED,
  /** A sample was counted for publishing. */
  SAMPLES_COUNTED,
  /** A sample was not counted for publishing: its day is closed, or has not begun. */
  SAMPLES_OF_ANOTHER_DAY,
  /** A release was made. */
  RELEASES_MADE,
  /** A release was refused: the budget does not reach. */
  RELEASES_OVER_BUDGET;

  /** Its word in metrics. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
