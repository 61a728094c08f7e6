package dev.weir.registry.control;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Ids of rollouts: time of creation to the millisecond, then random digits. Thread-safe. */
public final class RolloutIds {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final RandomGenerator random;
  private Instant last = Instant.EPOCH;

  /** Draws from the given generator alone. */
  public RolloutIds(RandomGenerator random) {
    this.random = random;
  }

  /** An id that sorts after all earlier ones of this process. */
  public synchronized String next(Instant now) {
    Instant at = now.toEpochMilli() > last.toEpochMilli() ? now : last.plusMillis(1);
    last = at;
    return TIME.format(at) + "-" + HexFormat.of().toHexDigits((short) random.nextInt());
  }
}
