package dev.weir.monitor.privacy;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How much is kept of samples whose policy lets them be kept, and of what is published. */
public record PrivacyConfig(
    @Setting(
            "Time between writes, 100ms to 1m: as much of what came in last can be missing after a crash.")
        Duration writeInterval,
    @Setting(
            "Size of all kept samples, bytes, 1048576 to 1099511627776; beyond it the oldest are deleted, and counted.")
        long maxKeptBytes,
    @Setting("Samples kept, 1000 to 1000000000; beyond it the oldest are deleted, and counted.")
        long maxKeptSamples,
    @Setting(
            "Age up to which a sample may be kept, 1h to 8784h, also where its policy says longer.")
        Duration maxKeptFor,
    @Setting(
            "Size of the samples that wait for the next write, bytes, 65536 to 4294967296; further ones are not kept, and counted.")
        long maxWaitingBytes,
    @Setting("Samples in one answer, 1 to 100000.") int maxAnswerSamples,
    @Setting("Size of the samples in one answer, bytes, 65536 to 1073741824.") long maxAnswerBytes,
    @Setting("Queries answered at once, 1 to 1000; one more gets status 503.") int maxQueries,
    @Setting(
            "Versions that are counted for publishing, 1 to 10000; further ones are not published.")
        int maxPublishedVersions,
    @Setting("Time that counts and releases of a day can be asked for, 48h to 262800h.")
        Duration publishedKept) {
  public PrivacyConfig {
    Check.inRange("writeInterval", writeInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
    Check.inRange("maxKeptBytes", maxKeptBytes, 1L << 20, 1L << 40);
    Check.inRange("maxKeptSamples", maxKeptSamples, 1_000L, 1_000_000_000L);
    Check.inRange("maxKeptFor", maxKeptFor, Duration.ofHours(1), Duration.ofDays(366));
    Check.inRange("maxWaitingBytes", maxWaitingBytes, 1L << 16, 1L << 32);
    Check.inRange("maxAnswerSamples", maxAnswerSamples, 1, 100_000);
    Check.inRange("maxAnswerBytes", maxAnswerBytes, 1L << 16, 1L << 30);
    Check.inRange("maxQueries", maxQueries, 1, 1_000);
    Check.inRange("maxPublishedVersions", maxPublishedVersions, 1, 10_000);
    Check.inRange("publishedKept", publishedKept, Duration.ofDays(2), Duration.ofDays(10_950));
  }

  /**
   * Written every second; 4 GiB and 10 million samples for 366 days at most, 64 MiB waiting; 1,000
   * samples and 16 MiB an answer, 4 queries at once; 100 versions published, for 3 years.
   */
  public static PrivacyConfig defaults() {
    return new PrivacyConfig(
        Duration.ofSeconds(1),
        4L << 30,
        10_000_000,
        Duration.ofDays(366),
        64L << 20,
        1_000,
        16L << 20,
        4,
        100,
        Duration.ofDays(1_095));
  }
}
