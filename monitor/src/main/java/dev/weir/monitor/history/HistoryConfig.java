package dev.weir.monitor.history;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.time.Duration;
import java.util.regex.Pattern;

/** How long what was seen is kept, and how much of it. */
public record HistoryConfig(
    @Setting(
            "Database: empty for a file in the data folder, or jdbc:postgresql://host:port/name?user=user for one that several monitors share, each with a schema of its own. No password in it: PGPASSFILE names a file that has it.")
        String url,
    @Setting(
            "Time between writes, 1s to 1m: as much of what came in last can be missing after a crash.")
        Duration writeInterval,
    @Setting("Time that minutes are kept, 2h to 2160h.") Duration minutesKept,
    @Setting("Time that hours are kept, 48h to 26280h.") Duration hoursKept,
    @Setting("Time that days are kept, 48h to 262800h.") Duration daysKept,
    @Setting("Age up to which what comes late is merged into its minute, 1m to 2160h.")
        Duration lateFor,
    @Setting(
            "Size of the database, bytes, 1048576 to 1099511627776; beyond it the oldest minutes go first, then hours, then days.")
        long maxBytes,
    @Setting("Series kept, 10 to 1000000; further ones are not kept, and counted.") int maxSeries,
    @Setting(
            "Sketches that wait in memory for the next write, 100 to 1000000; further ones are not kept, and counted.")
        int maxWaiting,
    @Setting("Series in one answer, 1 to 10000.") int maxAnswerSeries,
    @Setting("Queries answered at once, 1 to 1000; one more gets status 503.") int maxQueries) {
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final Pattern PASSWORD = Pattern.compile("([?&]password=)[^&]*");

  public HistoryConfig {
    if (!url.isEmpty() && (!url.startsWith(POSTGRESQL) || PASSWORD.matcher(url).find())) {
      throw new InvalidValueException(
          "url",
          PASSWORD.matcher(url).replaceAll("$1***"),
          "empty, or " + POSTGRESQL + "//host:port/name?user=user without a password");
    }
    Check.inRange("writeInterval", writeInterval, Duration.ofSeconds(1), Duration.ofMinutes(1));
    Check.inRange("minutesKept", minutesKept, Duration.ofHours(2), Duration.ofDays(90));
    Check.inRange("hoursKept", hoursKept, Duration.ofDays(2), Duration.ofDays(1_095));
    Check.inRange("daysKept", daysKept, Duration.ofDays(2), Duration.ofDays(10_950));
    Check.inRange("lateFor", lateFor, Duration.ofMinutes(1), Duration.ofDays(90));
    Check.inRange("maxBytes", maxBytes, 1L << 20, 1L << 40);
    Check.inRange("maxSeries", maxSeries, 10, 1_000_000);
    Check.inRange("maxWaiting", maxWaiting, 100, 1_000_000);
    Check.inRange("maxAnswerSeries", maxAnswerSeries, 1, 10_000);
    Check.inRange("maxQueries", maxQueries, 1, 1_000);
  }

  /**
   * In a file; written every 5 seconds; minutes for 2 days, hours for 60 days, days for 3 years; a
   * day late; 8 GiB, 20,000 series, 4 queries at once.
   */
  public static HistoryConfig defaults() {
    return new HistoryConfig(
        "",
        Duration.ofSeconds(5),
        Duration.ofDays(2),
        Duration.ofDays(60),
        Duration.ofDays(1_095),
        Duration.ofDays(1),
        8L << 30,
        20_000,
        50_000,
        500,
        4);
  }
}
