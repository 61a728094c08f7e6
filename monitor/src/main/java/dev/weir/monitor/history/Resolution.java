package dev.weir.monitor.history;

import java.util.Locale;
import java.util.Optional;

/** Length of the time that one sketch is about. Starts are whole multiples of it in UTC. */
public enum Resolution {
  /** 60 seconds. */
  MINUTE(1),
  /** 60 minutes. */
  HOUR(60),
  /** 24 hours. */
  DAY(1440);

  private final int minutes;

  Resolution(int minutes) {
    this.minutes = minutes;
  }

  /** Length in minutes, which is also how it is stored: never changes. */
  int minutes() {
    return minutes;
  }

  /** Its word in answers. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Length, seconds. */
  public long seconds() {
    return 60L * minutes;
  }

  /** Start of the minute, hour or day that holds a second, seconds since 1970. */
  public long floor(long epochSecond) {
    return epochSecond - Math.floorMod(epochSecond, seconds());
  }

  /** What it is merged into. */
  Optional<Resolution> coarser() {
    return switch (this) {
      case MINUTE -> Optional.of(HOUR);
      case HOUR -> Optional.of(DAY);
      case DAY -> Optional.empty();
    };
  }
}
