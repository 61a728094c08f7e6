package dev.weir.router.policy;

/** How important a request is when not all of them fit. */
public enum Priority {
  /** Shed first. */
  LOW,
  /** The usual. */
  NORMAL,
  /** Shed last. */
  HIGH
}
