package dev.weir.monitor.watch;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How live versions are watched. */
public record WatchConfig(
    @Setting("Watch live versions for drift, true or false.") boolean enabled,
    @Setting(
            "Predictions of a version between two false alarms, on average at least, over all its features together, 1000 to 1e15.")
        double averageRunLength,
    @Setting(
            "Shift of a feature's mean place in the reference that is not worth an alarm, 0 to 0.1; 0.02 is about 0.07 standard deviations.")
        double toleratedShift,
    @Setting("Difference of a category's share that is not worth an alarm, 0 to 0.5.")
        double toleratedShare,
    @Setting(
            "Length of a window of the panel and the heat map, by the samples' own time, 1s to 7d.")
        Duration window,
    @Setting("Rows after which a window ends before its time, 100 to 100000000.")
        long maxWindowRows,
    @Setting("Windows kept for the heat map, 1 to 1000.") int windows,
    @Setting("How long after its last alarm a drift is called over, 1s to 7d.") Duration quietAfter,
    @Setting("Versions watched at once, 1 to 10000.") int maxVersions,
    @Setting("Features watched of one version, 1 to 4096.") int maxFeatures,
    @Setting(
            "Labels of a version between two false alarms of its error rate, on average at least, 1000 to 1e12.")
        double labelRunLength,
    @Setting(
            "Difference between a group's rate of the favourable class and that of all others that is tolerated, 0 to 0.9.")
        double toleratedGap,
    @Setting(
            "Distance of the share that is right from the confidence, in each tenth of the confidences, that is not worth an alarm, 0 to 0.1.")
        double toleratedCalibration,
    @Setting(
            "Newest request ids, of all versions together, that are remembered at least to see which come again, 1024 to 100000000; 4 to 8 bytes each.")
        int rememberedRequests,
    @Setting(
            "First rows of a version's live data that its frozen reference is made of, 1000 to 100000.")
        int frozenRows,
    @Setting("Time after which 1,000 rows will do for a frozen reference, 1m to 30d.")
        Duration frozenAfter,
    @Setting("Samples that wait to be watched, 1 to 10000000; more are dropped and counted.")
        int maxWaitingSamples) {
  public WatchConfig {
    Check.inRange("averageRunLength", averageRunLength, 1_000, 1e15);
    Check.inRange("toleratedShift", toleratedShift, 0, 0.1);
    Check.inRange("toleratedShare", toleratedShare, 0, 0.5);
    Check.inRange("window", window, Duration.ofSeconds(1), Duration.ofDays(7));
    Check.inRange("maxWindowRows", maxWindowRows, 100L, 100_000_000L);
    Check.inRange("windows", windows, 1, 1_000);
    Check.inRange("quietAfter", quietAfter, Duration.ofSeconds(1), Duration.ofDays(7));
    Check.inRange("maxVersions", maxVersions, 1, 10_000);
    Check.inRange("maxFeatures", maxFeatures, 1, 4_096);
    Check.inRange("labelRunLength", labelRunLength, 1_000, 1e12);
    Check.inRange("toleratedGap", toleratedGap, 0, 0.9);
    Check.inRange("toleratedCalibration", toleratedCalibration, 0, 0.1);
    Check.inRange("rememberedRequests", rememberedRequests, 1_024, 100_000_000);
    Check.inRange("frozenRows", frozenRows, 1_000, 100_000);
    Check.inRange("frozenAfter", frozenAfter, Duration.ofMinutes(1), Duration.ofDays(30));
    Check.inRange("maxWaitingSamples", maxWaitingSamples, 1, 10_000_000);
  }

  /**
   * One false alarm in a hundred million predictions; windows of five minutes, four hours of them.
   */
  public static WatchConfig defaults() {
    return new WatchConfig(
        true,
        1e8,
        0.02,
        0.01,
        Duration.ofMinutes(5),
        100_000,
        48,
        Duration.ofMinutes(15),
        256,
        512,
        1e6,
        0.05,
        0.05,
        1_000_000,
        5_000,
        Duration.ofDays(1),
        100_000);
  }
}
