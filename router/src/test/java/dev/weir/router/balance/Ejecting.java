package dev.weir.router.balance;

import java.time.Duration;

/** Settings for tests. */
final class Ejecting {
  private Ejecting() {}

  /** After so many failures in a row; else as by default, with no comparison of peers. */
  static EjectionConfig after(int failures) {
    return with(failures, 1.0, 1.0, 1_000);
  }

  static EjectionConfig with(
      int failures, double maxEjectedShare, double errorExcess, double latencyFactor) {
    return new EjectionConfig(
        failures,
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        maxEjectedShare,
        Duration.ofSeconds(10),
        50,
        3,
        errorExcess,
        latencyFactor,
        Duration.ofMillis(20),
        true);
  }
}
