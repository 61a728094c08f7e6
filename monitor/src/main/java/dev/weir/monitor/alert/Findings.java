package dev.weir.monitor.alert;

/** Who is told of findings. Thread-safe, never waits. */
public interface Findings {
  /** It is so: to be said again while it goes on, at least each minute. */
  void firing(Finding finding);

  /** It is so no more. */
  void quiet(Finding.Identity identity);
}
