package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What a version is compared with beside the registry's reference. */
final class ComparisonsTest {
  private static final int FROZEN_ROWS = 2_000;

  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final RandomGenerator random = Randomness.seeded(23);
  private final Map<Finding.Identity, Finding> firing = new LinkedHashMap<>();
  private final Map<String, Sketch> weekBefore = new HashMap<>();
  private StandingWatch watch = newWatch();

  private StandingWatch newWatch() {
    return new StandingWatch(
        new WatchConfig(
            true,
            1e6,
            0.02,
            0.01,
            Duration.ofSeconds(10),
            1_000_000,
            3,
            Duration.ofMinutes(1),
            20,
            10,
            1e6,
            0.05,
            0.05,
            10_000,
            FROZEN_ROWS,
            Duration.ofHours(1),
            100_000),
        counts,
        new Findings() {
          @Override
          public void firing(Finding finding) {
            firing.put(finding.identity(), finding);
          }

          @Override
          public void quiet(Finding.Identity identity) {
            firing.remove(identity);
          }
        },
        (route, model, version, feature, isInput, second) ->
            Optional.ofNullable(weekBefore.get(feature)),
        clock,
        Randomness.seeded(3));
  }

  private List<String> kinds() {
    return firing.values().stream()
        .map(finding ->
            finding.kind()
                + " "
                + finding.labels().get("feature")
                + finding.labels().entrySet().stream()
                    .filter(label -> label.getKey().equals("compared_with"))
                    .map(label -> " " + label.getValue())
                    .findFirst()
                    .orElse(""))
        .sorted()
        .toList();
  }

  private static ModelVersion.Builder bare() {
    return ModelVersion.newBuilder().setModel("m").setVersion("1");
  }

  /** A number x from 0 to 1, and a predicted class "1" in half of the rows. */
  private static ModelVersion.Builder referenced() {
    return bare()
        .setReference(
            Reference.newBuilder()
                .setRows(50_000)
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("x")
                        .setIndex(0)
                        .addQuantiles(0)
                        .addQuantiles(1))
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("prediction")
                        .setIndex(-1)
                        .putCategories("0", 0.5)
                        .putCategories("1", 0.5)));
  }

  private static ModelVersion.Builder seasonal() {
    return referenced().setMonitoring(MonitoringPolicy.newBuilder().setSeasonal(true));
  }

  private void follow(ModelVersion.Builder version) {
    watch.follow(Snapshot.newBuilder().addVersions(version).build());
  }

  private Sample sample(double x) {
    byte[] raw = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(x).array();
    return Sample.newBuilder()
        .setModel("m")
        .setVersion("1")
        .setAt(Timestamp.newBuilder().setSeconds(clock.now().getEpochSecond()))
        .addInputs(
            SampleTensor.newBuilder()
                .setName("x")
                .setDatatype("FP64")
                .addShape(1)
                .addShape(1)
                .setRaw(ByteString.copyFrom(raw)))
        .addPredictedClasses(random.nextBoolean() ? "1" : "0")
        .build();
  }

  private void feed(int slices, DoubleSupplier x) {
    for (int i = 0; i < slices; i++) {
      var slice = new ArrayList<Sample>();
      for (int j = 0; j < 100; j++) {
        slice.add(sample(x.getAsDouble()));
      }
      watch.samples(slice);
      watch.work();
      clock.advance(Duration.ofMillis(200));
    }
  }

  private VersionView view(Baseline baseline) {
    return watch.views().stream()
        .filter(view -> view.comparison().baseline() == baseline)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_version_without_a_reference_is_compared_with_its_own_first_rows() {
    follow(bare());
    feed(10, random::nextGaussian);
    assertThat(view(Baseline.FROZEN).comparison().collecting()).hasValue(900);
    assertThat(view(Baseline.FROZEN).features()).isEmpty();
    feed(100, random::nextGaussian);
    VersionView frozen = view(Baseline.FROZEN);
    assertThat(frozen.comparison().rows()).isEqualTo(FROZEN_ROWS);
    assertThat(frozen.comparison().sinceMillis()).isPositive();
    assertThat(frozen.comparison().collecting()).isEmpty();
    assertThat(frozen.features())
        .extracting(VersionView.Feature::name)
        .containsExactly("x", "prediction");
    assertThat(kinds()).isEmpty();
    feed(60, () -> 0.4 + random.nextGaussian());
    assertThat(kinds()).containsExactly("FeatureDrift x frozen");
    assertThat(firing.values())
        .allMatch(finding -> finding.summary().contains("otherwise than in the frozen window"));
  }

  @Test
  void values_that_were_missing_in_the_frozen_window_may_be_missing() {
    follow(bare());
    feed(150, () -> random.nextInt(5) == 0 ? Double.NaN : random.nextGaussian());
    assertThat(kinds()).isEmpty();
    feed(60, () -> random.nextInt(5) < 2 ? Double.NaN : random.nextGaussian());
    assertThat(kinds()).contains("MissingValues x frozen");
  }

  @Test
  void after_an_hour_a_thousand_rows_will_do_and_fewer_will_not() {
    follow(bare());
    feed(6, random::nextGaussian);
    clock.advance(Duration.ofHours(1));
    feed(1, random::nextGaussian);
    assertThat(view(Baseline.FROZEN).comparison().collecting()).isPresent();
    feed(5, random::nextGaussian);
    assertThat(view(Baseline.FROZEN).comparison().rows()).isEqualTo(1_000);
  }

  @Test
  void a_frozen_window_and_its_detectors_outlive_the_process() throws IOException {
    follow(bare());
    feed(40, random::nextGaussian);
    VersionView before = view(Baseline.FROZEN);
    byte[] image = watch.image();
    watch = newWatch();
    watch.restore(image);
    follow(bare());
    feed(1, random::nextGaussian);
    VersionView after = view(Baseline.FROZEN);
    assertThat(after.comparison()).isEqualTo(before.comparison());
    assertThat(after.features().getFirst().values())
        .isEqualTo(before.features().getFirst().values() + 100);
    assertThat(counts.of(IntakeEvent.WATCH_STATES_REFUSED)).isZero();
  }

  @Test
  void by_policy_a_version_is_compared_with_both_and_together_they_keep_the_promise() {
    follow(referenced());
    feed(1, random::nextDouble);
    double alone = view(Baseline.REFERENCE).logThreshold();
    watch = newWatch();
    follow(referenced().setMonitoring(MonitoringPolicy.newBuilder().setFrozenReference(true)));
    feed(30, random::nextDouble);
    assertThat(watch.views()).hasSize(2);
    assertThat(view(Baseline.REFERENCE).logThreshold()).isGreaterThan(alone + 0.69);
    assertThat(view(Baseline.REFERENCE).requestIds()).isPresent();
    assertThat(view(Baseline.REFERENCE).comparison().collecting()).isEmpty();
    assertThat(view(Baseline.FROZEN).requestIds()).isEmpty();
    feed(60, () -> random.nextDouble() * random.nextDouble());
    assertThat(kinds()).contains("FeatureDrift x", "FeatureDrift x frozen");
  }

  private NumberSketch lastWeek(DoubleSupplier x) {
    var sketch = new NumberSketch();
    for (int i = 0; i < 20_000; i++) {
      sketch.add(x.getAsDouble());
    }
    return sketch;
  }

  @Test
  void what_was_so_a_week_ago_is_no_drift_against_it_and_what_was_not_is() {
    DoubleSupplier evening = () -> Math.sqrt(random.nextDouble());
    weekBefore.put("x", lastWeek(evening));
    follow(seasonal());
    feed(100, evening);
    assertThat(kinds()).containsExactly("FeatureDrift x");
    VersionView seasonal = view(Baseline.LAST_WEEK);
    assertThat(seasonal.features()).extracting(VersionView.Feature::name).containsExactly("x");
    assertThat(seasonal.comparison().sinceMillis())
        .isBetween(
            clock.now().minus(Duration.ofDays(7).plusHours(1)).toEpochMilli(),
            clock.now().minus(Duration.ofDays(7)).toEpochMilli());
    feed(60, random::nextDouble);
    assertThat(kinds()).contains("FeatureDrift x last_week");
  }

  @Test
  void evidence_goes_on_from_hour_to_hour_and_rests_where_last_week_has_nothing() {
    weekBefore.put("x", lastWeek(random::nextDouble));
    follow(seasonal());
    feed(10, random::nextDouble);
    feed(1, random::nextDouble);
    long seen = view(Baseline.LAST_WEEK).features().getFirst().values();
    assertThat(seen).isPositive();
    weekBefore.clear();
    clock.advance(Duration.ofHours(1));
    feed(10, random::nextDouble);
    assertThat(view(Baseline.LAST_WEEK).features().getFirst().values()).isEqualTo(seen);
    assertThat(view(Baseline.LAST_WEEK).comparison().rows()).isZero();
    weekBefore.put("x", lastWeek(() -> 2 * random.nextDouble()));
    clock.advance(Duration.ofHours(1));
    feed(10, () -> 2 * random.nextDouble());
    assertThat(view(Baseline.LAST_WEEK).features().getFirst().values()).isEqualTo(seen + 1_000);
    assertThat(kinds()).doesNotContain("FeatureDrift x last_week");
  }

  @Test
  void the_evidence_against_last_week_outlives_the_process() throws IOException {
    weekBefore.put("x", lastWeek(random::nextDouble));
    follow(seasonal());
    feed(10, random::nextDouble);
    long seen = view(Baseline.LAST_WEEK).features().getFirst().values();
    byte[] image = watch.image();
    watch = newWatch();
    watch.restore(image);
    follow(seasonal());
    feed(1, random::nextDouble);
    assertThat(view(Baseline.LAST_WEEK).features()).isEmpty();
    feed(1, random::nextDouble);
    assertThat(view(Baseline.LAST_WEEK).features().getFirst().values()).isEqualTo(seen + 100);
  }

  @Test
  void categories_that_the_reference_does_not_have_are_one_as_in_the_history() {
    var sketch = new CategorySketch(10);
    sketch.add("a", 600);
    sketch.add(FeatureReader.NEW_CATEGORY, 400);
    FeatureReference feature = FeatureReference.newBuilder().setName("c").setIndex(2).build();
    assertThat(LastWeekReferences.of(Map.of(feature, sketch)))
        .containsExactly(Map.entry(feature.toBuilder().putCategories("a", 0.6).build(), 1_000L));
    sketch.addMissing();
    var few = new CategorySketch(10);
    few.add("a", 499);
    assertThat(LastWeekReferences.of(Map.of(feature, few))).isEmpty();
  }
}
