package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Assignment;
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
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class StandingWatchTest {
  private static final int ROWS = 50_000;

  private final TestClock clock = new TestClock();
  private final IntakeCounts counts = new IntakeCounts();
  private final RandomGenerator random = Randomness.seeded(17);
  private final Heard heard = new Heard();
  private final Map<String, Sketch> weekBefore = new HashMap<>();
  private final LastWeek lastWeek =
      (route, model, version, feature, isInput, second) ->
          Optional.ofNullable(weekBefore.get(feature));
  private StandingWatch watch = newWatch(config(100_000));
  private IntFunction<String> requestIds = i -> "r" + i;
  private int requests;
  private long millis = 1_767_225_600_000L;

  private static final class Heard implements Findings {
    final Map<Finding.Identity, Finding> firing = new LinkedHashMap<>();
    final List<Finding.Identity> over = new ArrayList<>();

    @Override
    public void firing(Finding finding) {
      firing.put(finding.identity(), finding);
    }

    @Override
    public void quiet(Finding.Identity identity) {
      firing.remove(identity);
      over.add(identity);
    }

    List<String> kinds() {
      return firing.values().stream()
          .map(finding -> finding.kind() + " " + finding.labels().get("feature"))
          .sorted()
          .toList();
    }
  }

  private static WatchConfig config(int maxWaiting) {
    return config(maxWaiting, 1_000_000);
  }

  private static WatchConfig config(int maxWaiting, long maxWindowRows) {
    return new WatchConfig(
        true,
        1e6,
        0.02,
        0.01,
        Duration.ofSeconds(10),
        maxWindowRows,
        3,
        Duration.ofMinutes(1),
        2,
        10,
        1e6,
        0.05,
        0.05,
        10_000,
        2_000,
        Duration.ofHours(1),
        maxWaiting);
  }

  private StandingWatch newWatch(WatchConfig config) {
    var made = new StandingWatch(config, counts, heard, lastWeek, clock, Randomness.seeded(3));
    made.follow(snapshot());
    return made;
  }

  private static Snapshot snapshot() {
    return snapshotOf(version());
  }

  private static Snapshot snapshotOf(ModelVersion.Builder version) {
    return Snapshot.newBuilder().addVersions(version).build();
  }

  private static ModelVersion.Builder version() {
    var age = FeatureReference.newBuilder().setName("age").setIndex(0);
    for (int i = 0; i <= 20; i++) {
      age.addQuantiles(i * 5.0);
    }
    return ModelVersion.newBuilder()
        .setModel("m")
        .setVersion("1")
        .setReference(
            Reference.newBuilder()
                .setRows(ROWS)
                .addFeatures(age)
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("sex")
                        .setIndex(1)
                        .putCategories("1", 0.5)
                        .putCategories("2", 0.5))
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("prediction")
                        .setIndex(-1)
                        .putCategories("0", 0.4)
                        .putCategories("1", 0.6)));
  }

  private interface Row {
    float[] next();
  }

  private float[] usual() {
    return new float[] {100 * random.nextFloat(), random.nextBoolean() ? 1 : 2};
  }

  private Sample sample(float[] row, String version, String predicted) {
    ByteBuffer raw = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : row) {
      raw.putFloat(value);
    }
    return Sample.newBuilder()
        .setModel("m")
        .setVersion(version)
        .setAssignment(Assignment.newBuilder().setRoute("r"))
        .setAt(
            Timestamp.newBuilder()
                .setSeconds(millis / 1_000)
                .setNanos((int) (millis % 1_000) * 1_000_000))
        .addInputs(
            SampleTensor.newBuilder()
                .setName("features")
                .setDatatype("FP32")
                .addShape(1)
                .addShape(row.length)
                .setRaw(ByteString.copyFrom(raw.array())))
        .addPredictedClasses(predicted)
        .setRequestId(requestIds.apply(requests++))
        .build();
  }

  private void feed(int slices, Row row) {
    feed(slices, row, 0.6);
  }

  private void feed(int slices, Row row, IntFunction<String> requestIds) {
    this.requestIds = requestIds;
    feed(slices, row);
  }

  private void feed(int slices, Row row, double positives) {
    for (int i = 0; i < slices; i++) {
      var slice = new ArrayList<Sample>();
      for (int j = 0; j < 100; j++) {
        slice.add(sample(row.next(), "1", random.nextDouble() < positives ? "1" : "0"));
      }
      millis += 200;
      clock.advance(Duration.ofMillis(200));
      watch.samples(slice);
      watch.work();
    }
  }

  @Test
  void what_is_as_in_the_reference_raises_nothing() {
    feed(300, this::usual);
    assertThat(heard.firing).isEmpty();
    VersionView view = watch.views().getFirst();
    assertThat(view.rows()).isEqualTo(30_000);
    assertThat(view.features())
        .extracting(VersionView.Feature::name)
        .containsExactly("age", "sex", "prediction");
    VersionView.Feature age = view.features().getFirst();
    assertThat(age.windows()).hasSize(3);
    assertThat(age.panel().orElseThrow().kolmogorovSmirnov()).isLessThan(0.05);
    assertThat(age.panel().orElseThrow().stabilityIndex()).isLessThan(0.02);
  }

  @Test
  void a_shifted_feature_is_found_named_and_over_when_it_is_quiet_again() {
    feed(20, this::usual);
    feed(60, () -> new float[] {20 + 80 * random.nextFloat(), random.nextBoolean() ? 1 : 2});
    assertThat(heard.kinds()).containsExactly("FeatureDrift age");
    Finding finding = heard.firing.values().iterator().next();
    assertThat(finding.summary()).contains("age of m version 1", "higher");
    assertThat(finding.figures()).containsKeys("psi", "kolmogorov_smirnov", "log_evidence");
    assertThat(finding.labels()).containsEntry("route", "r");
    assertThat(watch.views().getFirst().features().getFirst().alarms()).hasSize(1);
    feed(500, this::usual);
    assertThat(heard.firing).isEmpty();
    assertThat(heard.over).hasSize(1);
  }

  @Test
  void categories_predictions_missing_values_and_ranges_have_alarms_of_their_own() {
    feed(
        100,
        () ->
            new float[] {
              random.nextInt(10) == 0 ? Float.NaN : random.nextInt(10) == 0 ? 500 : 90,
              random.nextInt(10) == 0 ? 7 : 1
            },
        0.9);
    assertThat(heard.kinds())
        .contains(
            "FeatureDrift age",
            "FeatureDrift sex",
            "MissingValues age",
            "NewCategories sex",
            "OutOfRange age",
            "PredictionDrift prediction");
  }

  @Test
  void a_column_that_is_not_there_is_missing() {
    feed(20, () -> new float[] {50 * random.nextFloat()});
    assertThat(heard.kinds()).contains("MissingValues sex");
  }

  @Test
  void a_window_of_one_value_is_constant() {
    feed(60, () -> new float[] {100 * random.nextFloat(), 2});
    assertThat(heard.kinds()).contains("ConstantValues sex");
  }

  @Test
  void detectors_go_on_after_a_restart() throws IOException {
    feed(1, () -> new float[] {30 + 70 * random.nextFloat(), 1});
    byte[] image = watch.image();
    double before = watch.views().getFirst().features().getFirst().logEvidence();
    watch = newWatch(config(100_000));
    watch.restore(image);
    watch.samples(List.of(sample(usual(), "1", "1")));
    watch.work();
    assertThat(watch.views().getFirst().features().getFirst().logEvidence())
        .isBetween(before - 3, before + 3);
    assertThatThrownBy(() -> watch.restore(new byte[20])).isInstanceOf(IOException.class);
  }

  @Test
  void a_restart_before_anything_came_loses_nothing() throws IOException {
    feed(1, this::usual);
    byte[] image = watch.image();
    watch = newWatch(config(100_000));
    watch.restore(image);
    assertThat(watch.image()).isEqualTo(image);
  }

  @Test
  void request_ids_that_come_again_raise_an_alarm_and_new_ones_do_not() {
    feed(100, this::usual, i -> "once-" + i);
    assertThat(heard.kinds()).isEmpty();
    assertThat(watch.views().getFirst().requestIds().orElseThrow().requests()).isEqualTo(10_000);
    feed(30, this::usual, i -> "again-" + i / 2);
    assertThat(heard.kinds()).containsExactly("RepeatedRequests request_id");
    assertThat(watch.views().getFirst().requestIds().orElseThrow().alarms()).hasSize(1);
  }

  /** Both are shifted, the first far more: it alarms first, and the second is named with it. */
  @Test
  void features_that_are_to_be_believed_with_the_one_that_alarmed_are_named() {
    watch = newWatch(config(100_000));
    watch.follow(twoNumbers());
    for (int slice = 0; slice < 60 && heard.firing.isEmpty(); slice++) {
      feed(1, () -> new float[] {36 + 64 * random.nextFloat(), 35 + 65 * random.nextFloat()});
    }
    Discovery discovery = watch.views().getFirst().discovery().orElseThrow();
    assertThat(discovery.named())
        .extracting(Discovery.Named::feature)
        .containsExactlyInAnyOrder("x0", "x1");
    assertThat(heard.firing.values()).anyMatch(f -> f.summary().contains("; named with it: x"));
    feed(600, () -> new float[] {100 * random.nextFloat(), 100 * random.nextFloat()});
    assertThat(watch.views().getFirst().discovery()).isEmpty();
  }

  @Test
  void more_samples_than_may_wait_are_dropped_and_counted() {
    watch = newWatch(config(150));
    var slice = new ArrayList<Sample>();
    for (int i = 0; i < 100; i++) {
      slice.add(sample(usual(), "1", "1"));
    }
    watch.samples(slice);
    watch.samples(slice);
    watch.work();
    assertThat(watch.views().getFirst().rows()).isBetween(140L, 150L);
    assertThat(counts.of(IntakeEvent.WATCH_OVERFLOW))
        .isEqualTo(200 - watch.views().getFirst().rows());
  }

  @Test
  void a_version_without_a_reference_and_a_sample_cut_short_do_no_harm() {
    watch.samples(
        List.of(
            sample(usual(), "9", "1"),
            sample(usual(), "1", "1").toBuilder()
                .setInputs(
                    0,
                    SampleTensor.newBuilder()
                        .setName("features")
                        .setDatatype("BYTES")
                        .addShape(-3)
                        .addShape(-3)
                        .setRaw(ByteString.copyFrom(new byte[] {9, 0, 0, 0, 1})))
                .build()));
    watch.work();
    assertThat(watch.views()).hasSize(1);
    assertThat(heard.firing).isEmpty();
  }

  /** Each feature is as in the reference, and only together they are not. */
  @Test
  void a_correlation_is_described_and_raises_nothing() {
    watch = newWatch(config(100_000));
    watch.follow(twoNumbers());
    Row apart = () -> new float[] {100 * random.nextFloat(), 100 * random.nextFloat()};
    Row together =
        () -> {
          float value = 100 * random.nextFloat();
          return new float[] {value, value};
        };
    feed(110, apart);
    JointWatch.Panel before = watch.views().getFirst().joint().orElseThrow();
    feed(100, together);
    JointWatch.Panel after = watch.views().getFirst().joint().orElseThrow();
    assertThat(before.columns()).isEqualTo(2);
    assertThat(before.area()).isBetween(0.4, 0.6);
    assertThat(before.meanDiscrepancy()).isLessThan(0.01);
    assertThat(after.meanDiscrepancy()).isGreaterThan(0.03);
    assertThat(after.frozenMillis()).isEqualTo(before.frozenMillis());
    assertThat(heard.kinds()).isEmpty();
  }

  private static Snapshot twoNumbers() {
    var reference = Reference.newBuilder().setRows(ROWS);
    for (int feature = 0; feature < 2; feature++) {
      var numbers = FeatureReference.newBuilder().setName("x" + feature).setIndex(feature);
      for (int i = 0; i <= 20; i++) {
        numbers.addQuantiles(i * 5.0);
      }
      reference.addFeatures(numbers);
    }
    return Snapshot.newBuilder()
        .addVersions(
            ModelVersion.newBuilder().setModel("m").setVersion("1").setReference(reference))
        .build();
  }

  @Test
  void evidence_for_metrics_is_that_of_the_view() {
    feed(3, this::usual);
    DriftEvidence evidence = watch.evidence().getFirst();
    VersionView view = watch.views(key -> key.route().equals("r")).getFirst();
    assertThat(evidence.logThreshold()).isEqualTo(view.logThreshold());
    view.features()
        .forEach(feature ->
            assertThat(evidence.logEvidence())
                .containsEntry(feature.name(), feature.logEvidence()));
    assertThat(watch.views(key -> key.version().equals("2"))).isEmpty();
  }

  @Test
  void a_worker_whose_clock_is_ahead_does_not_stop_the_windows() {
    feed(10, this::usual);
    millis += Duration.ofDays(365).toMillis();
    watch.samples(List.of(sample(usual(), "1", "1")));
    millis -= Duration.ofDays(365).toMillis();
    feed(110, this::usual);
    VersionView view = watch.views().getFirst();
    assertThat(view.features().getFirst().windows()).hasSize(2);
    assertThat(view.lateRows()).isLessThan(200);
  }

  @Test
  void late_samples_fill_a_window_too() {
    feed(1, this::usual);
    watch = newWatch(config(100_000, 1_000));
    watch.samples(List.of(sample(usual(), "1", "1")));
    watch.work();
    for (int slice = 0; slice < 25; slice++) {
      millis -= 1_000;
      feed(1, this::usual);
    }
    VersionView view = watch.views().getFirst();
    assertThat(view.features().getFirst().windows()).hasSize(2);
    assertThat(view.features().getFirst().windows())
        .allMatch(window -> window.startMillis() <= window.endMillis());
  }
}
