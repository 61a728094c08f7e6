package dev.weir.monitor.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.proto.monitor.v1.OutcomeCell;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged sketches of the database, and whatever may stand in a query. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HistoryFuzzTest {
  private static final long MOST_BYTES = 16 << 20;
  private static final List<String> VALUES =
      List.of(
          "",
          "0",
          "-1",
          "1",
          "5000",
          "5001",
          "abc",
          "1e3",
          "9223372036854775807",
          "-9223372036854775808",
          "253402300800",
          "253402300799",
          "outcomes",
          "feature:a",
          "feature:",
          ":",
          "latency",
          "FEATURE",
          "ü".repeat(300),
          "\u0000",
          "2147483648");

  @Test
  void a_query_is_understood_or_refused_by_name() {
    FuzzRun.bounded(
        "history query",
        30_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          Map<String, String> parameters = new HashMap<>();
          for (String name :
              List.of("route", "model", "version", "series", "from", "to", "points")) {
            if (random.nextBoolean()) {
              parameters.put(name, VALUES.get(random.nextInt(VALUES.size())));
            }
          }
          try {
            HistoryQuery query =
                HistoryQuery.read(
                    name -> Optional.ofNullable(parameters.get(name)), 1_767_225_600L);
            assertThat(query.stepSeconds()).isPositive();
            long steps = (query.to() - query.firstStep()) / query.stepSeconds();
            assertThat(steps).isBetween(0L, (long) HistoryQuery.MOST_POINTS);
          } catch (InvalidValueException refused) {
            assertThat(refused.getMessage()).contains("expected:").hasSizeLessThan(1_000);
          }
        });
  }

  @Test
  void a_damaged_sketch_is_read_or_refused() {
    var outcomes = new OutcomeTotals();
    var latency = new LatencyTotals();
    OutcomeCell cell =
        OutcomeCell.newBuilder()
            .setStarted(9)
            .putErrors(13, 2)
            .putErrors(14, 1)
            .setUnfinished(1)
            .addLatencyBuckets(300)
            .addLatencyCounts(5)
            .build();
    outcomes.take(cell);
    latency.take(cell);
    var numbers = new NumberSketch();
    for (int i = 0; i < 2_000; i++) {
      numbers.add(i % 97);
    }
    Map<SeriesKind, byte[]> states =
        Map.of(
            SeriesKind.OUTCOMES, outcomes.toBytes(),
            SeriesKind.FOREIGN_LATENCY, latency.toBytes(),
            SeriesKind.FEATURE, new SketchTotals(numbers).toBytes());
    states.forEach((kind, state) ->
        FuzzRun.bounded(
            kind.word(),
            4_000,
            MOST_BYTES,
            seed -> {
              try {
                HistoryValue read = kind.read(Change.some(state, new SplittableRandom(seed)));
                read.describe();
                read.add(kind.read(state));
                read.toBytes();
              } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageMatching("(?s).{5,}");
              }
            }));
  }
}
