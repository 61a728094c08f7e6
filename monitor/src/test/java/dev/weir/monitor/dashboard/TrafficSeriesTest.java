package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.intake.VariantKey;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import org.junit.jupiter.api.Test;

final class TrafficSeriesTest {
  private static final VariantKey CANARY = new VariantKey("employment", "canary", "2");

  private final LiveTraffic traffic = new LiveTraffic(2);

  @Test
  void each_second_counts_what_began_in_it() {
    traffic.take(slice(1_000, "canary", 30, 3, 5));
    traffic.take(slice(1_000, "canary", 10, 0, 5));
    traffic.take(slice(1_001, "canary", 20, 0, 5));
    TrafficSeries series = series(1_001);
    assertThat(series.requestsPerSecond()).hasSize(120).endsWith(0L, 40L, 20L);
    assertThat(series.errorPercent().subList(117, 120)).containsExactly(null, 7.5, 0.0);
    assertThat(series.fromSecond()).isEqualTo(882);
  }

  @Test
  void a_latency_looks_back_ten_seconds() {
    traffic.take(slice(1_000, "canary", 10, 0, 5));
    traffic.take(slice(1_005, "canary", 10, 0, 50));
    TrafficSeries series = series(1_020);
    assertThat(at(series, 1_000)).isCloseTo(5, within(0.2));
    assertThat(series.p99Millis().get((int) (1_005 - series.fromSecond())))
        .isCloseTo(50, within(1.6));
    assertThat(at(series, 1_012)).isCloseTo(50, within(1.6));
    assertThat(series.p50Millis().getLast()).isNull();
  }

  @Test
  void what_is_too_old_is_not_shown_again_when_its_place_comes_round() {
    traffic.take(slice(1_000, "canary", 10, 0, 5));
    traffic.take(slice(1_144, "canary", 1, 0, 5));
    traffic.take(slice(1_000, "canary", 10, 0, 5));
    assertThat(series(1_144).requestsPerSecond().stream().mapToLong(n -> n).sum()).isEqualTo(1);
  }

  @Test
  void the_variant_seen_longest_ago_goes_when_there_are_too_many() {
    traffic.take(slice(1_000, "a", 10, 0, 5));
    traffic.take(slice(1_000, "b", 10, 0, 5));
    traffic.take(slice(1_000, "canary", 10, 0, 5));
    assertThat(traffic.seriesEndingAt(1_000).keySet())
        .extracting(VariantKey::variant)
        .containsExactlyInAnyOrder("b", "canary");
  }

  @Test
  void quantiles_are_upper_bounds_of_their_bucket() {
    var counts = new long[LatencyScale.BUCKETS];
    assertThat(TrafficSeries.quantileMillis(counts, 0.5)).isNull();
    counts[LatencyScale.bucketOf(1_000_000)] = 99;
    counts[LatencyScale.bucketOf(20_000_000)] = 1;
    assertThat(TrafficSeries.quantileMillis(counts, 0.99)).isCloseTo(1, within(0.04));
    assertThat(TrafficSeries.quantileMillis(counts, 0.995)).isCloseTo(20, within(0.7));
  }

  private TrafficSeries series(long lastSecond) {
    TrafficSeries series = traffic.seriesEndingAt(lastSecond).get(CANARY);
    assertThat(series).isNotNull();
    return java.util.Objects.requireNonNull(series);
  }

  private static Double at(TrafficSeries series, long second) {
    Double value = series.p50Millis().get((int) (second - series.fromSecond()));
    return java.util.Objects.requireNonNull(value);
  }

  private static OutcomeSlice slice(
      long second, String variant, int requests, int errors, int millis) {
    return OutcomeSlice.newBuilder()
        .setStart(Timestamp.newBuilder().setSeconds(second))
        .addCells(
            OutcomeCell.newBuilder()
                .setKey(
                    OutcomeKey.newBuilder()
                        .setRoute("employment")
                        .setVariant(variant)
                        .setVersion("2"))
                .setStarted(requests)
                .putErrors(13, errors)
                .addLatencyBuckets(LatencyScale.bucketOf(millis * 1_000_000L))
                .addLatencyCounts(requests - errors))
        .build();
  }
}
