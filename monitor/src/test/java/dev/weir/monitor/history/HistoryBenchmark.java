package dev.weir.monitor.history;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Assignment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long it takes to answer for a year of 50 features: a database with 305 days and the newest 60
 * days in hours as well, each sketch of 3,600 numbers, is asked for the year by days and for the
 * newest 60 days by 6 hours. Prints the median and the longest of 15 answers, as JSON text, and
 * what taking and writing 2,000 samples/s of 50 features costs. Argument: a folder to work in.
 */
final class HistoryBenchmark {
  private static final int FEATURES = 50;
  private static final long NOW = 1_767_225_600L;
  private static final long DAY = 86_400;
  private static final int ANSWERS = 15;
  private static final int TAKEN_SECONDS = 120;
  private static final int SAMPLES_PER_SECOND = 2_000;
  private static final JsonMapper JSON = new JsonMapper();

  private HistoryBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "history");
    Path file = folder.resolve("history.db");
    HistoryConfig config = HistoryConfig.defaults();
    HistoryStore.open(file, "monitor-1", config, 1, new HistoryCounts()).close();
    fill(file, Randomness.seeded(1));
    try (var store = HistoryStore.open(file, "monitor-1", config, 1, new HistoryCounts())) {
      System.out.printf(
          "%d features, %d MB, %d processors%n",
          store.seriesCount(), store.usedBytes() >> 20, Runtime.getRuntime().availableProcessors());
      measure(store, "a year by days", Map.of("from", "-31536000", "points", "400"));
      measure(store, "60 days by 6 hours", Map.of("from", "-5184000", "points", "240"));
      measure(store, "7 days by hours", Map.of("from", "-604800", "points", "168"));
    }
    take(folder, config);
    for (String name :
        List.of(
            "history.db",
            "history.db-wal",
            "history.db-shm",
            "taken.db",
            "taken.db-wal",
            "taken.db-shm")) {
      Files.deleteIfExists(folder.resolve(name));
    }
    Files.delete(folder);
  }

  private static void measure(HistoryStore store, String what, Map<String, String> parameters)
      throws Exception {
    HistoryQuery query = HistoryQuery.read(name -> Optional.ofNullable(parameters.get(name)), NOW);
    var millis = new long[ANSWERS];
    long points = 0;
    int bytes = 0;
    for (int i = 0; i < ANSWERS; i++) {
      long begin = Clock.system().nanoTime();
      HistoryAnswer answer =
          store.read(reading -> HistoryAnswer.of(reading, query, List.copyOf(reading.series())));
      bytes = JSON.writeValueAsBytes(answer).length;
      millis[i] = (Clock.system().nanoTime() - begin) / 1_000_000;
      points = answer.series().stream().mapToLong(series -> series.points().size()).sum();
    }
    Arrays.sort(millis);
    System.out.printf(
        "%-20s %6d points, %5d kB: median %4d ms, longest %4d ms%n",
        what, points, bytes >> 10, millis[ANSWERS / 2], millis[ANSWERS - 1]);
  }

  /** What taking and writing 2,000 samples/s of 50 features costs, in processor time. */
  private static void take(Path folder, HistoryConfig config) {
    var clock = new TestClock();
    var counts = new HistoryCounts();
    RandomGenerator random = Randomness.seeded(2);
    try (var store =
        HistoryStore.open(folder.resolve("taken.db"), "monitor-1", config, 1, counts)) {
      var keeper = new HistoryKeeper(store, config, counts, clock);
      var names = new String[FEATURES];
      Arrays.setAll(names, feature -> "feature_" + feature);
      long taking = 0;
      long writing = 0;
      for (int second = 0; second < TAKEN_SECONDS; second++) {
        clock.advance(Duration.ofSeconds(1));
        Sample sample =
            Sample.newBuilder()
                .setAssignment(Assignment.newBuilder().setRoute("fraud"))
                .setModel("fraud")
                .setVersion("1")
                .setAt(Timestamp.newBuilder().setSeconds(clock.now().getEpochSecond()))
                .build();
        long begin = processorNanos();
        for (int i = 0; i < SAMPLES_PER_SECOND; i++) {
          for (String name : names) {
            keeper.feature(sample, name, random.nextGaussian());
          }
        }
        long taken = processorNanos();
        if (second % config.writeInterval().toSeconds() == 0) {
          keeper.write();
        }
        taking += taken - begin;
        writing += processorNanos() - taken;
      }
      System.out.printf(
          "%d samples/s of %d features: taking %.1f %%, writing %.1f %% of a processor%n",
          SAMPLES_PER_SECOND,
          FEATURES,
          taking / 1e7 / TAKEN_SECONDS,
          writing / 1e7 / TAKEN_SECONDS);
    }
  }

  private static long processorNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void fill(Path file, RandomGenerator random) throws SQLException {
    var bytes = new byte[64][];
    for (int i = 0; i < bytes.length; i++) {
      var sketch = new NumberSketch();
      for (int n = 0; n < 3_600; n++) {
        sketch.add(random.nextGaussian());
      }
      bytes[i] = sketch.toBytes();
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      connection.setAutoCommit(false);
      try (var series =
              connection.prepareStatement(
                  "INSERT INTO series (id, route, model, version, kind, name)"
                      + " VALUES (?, 'fraud', 'fraud', '1', 'feature', ?)");
          var row =
              connection.prepareStatement(
                  "INSERT INTO sketch (series_id, resolution, start, value) VALUES (?, ?, ?, ?)");
          var level = connection.createStatement()) {
        for (int feature = 1; feature <= FEATURES; feature++) {
          series.setInt(1, feature);
          series.setString(2, "feature_" + feature);
          series.executeUpdate();
        }
        // in the order of time, as a monitor writes
        for (long start = NOW - 365 * DAY; start < NOW; start += 3_600) {
          for (int feature = 1; feature <= FEATURES; feature++) {
            if (start >= NOW - 60 * DAY) {
              insert(row, feature, 60, start, bytes[random.nextInt(bytes.length)]);
            }
            if (start % DAY == 0) {
              insert(row, feature, 1440, start, bytes[random.nextInt(bytes.length)]);
            }
          }
        }
        level.executeUpdate(
            "UPDATE level SET merged_to = " + NOW + " WHERE resolution IN (60, 1440)");
        level.executeUpdate(
            "UPDATE level SET kept_from = " + (NOW - 60 * DAY) + " WHERE resolution = 60");
        level.executeUpdate("UPDATE level SET kept_from = " + NOW + " WHERE resolution = 1");
      }
      connection.commit();
    }
  }

  private static void insert(
      java.sql.PreparedStatement row, int feature, int resolution, long start, byte[] value)
      throws SQLException {
    row.setInt(1, feature);
    row.setInt(2, resolution);
    row.setLong(3, start);
    row.setBytes(4, value);
    row.executeUpdate();
  }
}
