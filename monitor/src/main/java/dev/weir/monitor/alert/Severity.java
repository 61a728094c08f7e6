package dev.weir.monitor.alert;

/** How much a finding matters. */
public enum Severity {
  /** Good to know. */
  INFO,
  /** Somebody should look, in working hours. */
  WARNING,
  /** Somebody has to look now. */
  CRITICAL
}
