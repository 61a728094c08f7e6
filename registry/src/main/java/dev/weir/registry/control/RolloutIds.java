package dev.weir.registry.control;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Ids of rollouts: time of creation to the millisecond, then random digits. Each sorts after the
 * one before, also when the clock went back. Used under the registry's lock.
 */
public final class RolloutIds {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int TIME_LENGTH = "yyyyMMdd-HHmmss-SSS".length();

  private final RandomGenerator random;

  /** Draws from the given generator alone. */
  public RolloutIds(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The next id.
   *
   * @param newest the newest rollout's id, when there is one
   */
  String next(Instant now, Optional<String> newest) {
    Instant at =
        newest
            .map(id -> Instant.from(TIME.parse(id.substring(0, TIME_LENGTH))).plusMillis(1))
            .filter(now::isBefore)
            .orElse(now);
    return TIME.format(at) + "-" + HexFormat.of().toHexDigits((short) random.nextInt());
  }
}
