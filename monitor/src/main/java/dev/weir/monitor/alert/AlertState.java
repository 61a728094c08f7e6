package dev.weir.monitor.alert;

/** States of an alert; the words are also those of the API and of metric labels. */
public enum AlertState {
  /** It is so, but not for long enough to call anyone. */
  PENDING,
  /** People are told. */
  FIRING,
  /** It was so, and is no more. */
  RESOLVED
}
