package dev.weir.monitor.alert;

import java.time.Instant;

/** An alert that fires and that nobody has acknowledged. */
final class FiringAlert {
  private FiringAlert() {}

  static Alert of(Finding finding) {
    return new Alert(
        "1",
        finding,
        AlertState.FIRING,
        "",
        Instant.EPOCH,
        Instant.EPOCH,
        Instant.EPOCH,
        null,
        null,
        "",
        "");
  }
}
