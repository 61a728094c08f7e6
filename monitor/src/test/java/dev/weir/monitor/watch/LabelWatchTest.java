package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.label.BoundedMean;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelWatchTest {
  private final TestClock clock = new TestClock();
  private final RandomGenerator random = Randomness.seeded(5);
  private final Map<String, Finding> firing = new LinkedHashMap<>();
  private final IntakeCounts counts = new IntakeCounts();
  private final GroupInputs kept = new GroupInputs();
  private LabelWatch watch = newWatch();

  private LabelWatch newWatch() {
    return new LabelWatch(
        WatchConfig.defaults(),
        counts,
        new Findings() {
          @Override
          public void firing(Finding finding) {
            firing.put(name(finding.kind(), finding.labels()), finding);
          }

          @Override
          public void quiet(Finding.Identity identity) {
            firing.remove(name(identity.kind(), identity.labels()));
          }
        },
        clock);
  }

  private static String name(String kind, Map<String, String> labels) {
    return kind
        + labels.getOrDefault("group", "")
        + (labels.containsKey("criterion") ? " " + labels.get("criterion") : "");
  }

  private void version(double accuracy, double rows) {
    Snapshot snapshot = snapshot(accuracy, rows);
    watch.follow(snapshot);
    kept.follow(snapshot);
  }

  private static Snapshot snapshot(double accuracy, double rows) {
    return Snapshot.newBuilder()
        .addVersions(
            ModelVersion.newBuilder()
                .setModel("m")
                .setVersion("1")
                .putMetrics("accuracy", accuracy)
                .putMetrics("held_out_rows", rows)
                .setReference(
                    Reference.newBuilder()
                        .setRows(1_000)
                        .addFeatures(
                            FeatureReference.newBuilder()
                                .setName("sex")
                                .setIndex(0)
                                .putCategories("1", 0.49)
                                .putCategories("2", 0.49)
                                .putCategories("3", 0.02)))
                .setMonitoring(
                    MonitoringPolicy.newBuilder().addGroupFeatures("sex").setFavourableClass("1")))
        .build();
  }

  private Sample sample(int sex, boolean favoured, double confidence) {
    byte[] raw = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(sex).array();
    return Sample.newBuilder()
        .setModel("m")
        .setVersion("1")
        .setAt(Timestamp.newBuilder().setSeconds(clock.now().getEpochSecond() - 60))
        .addPredictedClasses(favoured ? "1" : "0")
        .addConfidences((float) confidence)
        .addInputs(
            SampleTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(1)
                .addShape(1)
                .setRaw(ByteString.copyFrom(raw)))
        .build();
  }

  private void feed(int batches, double accuracy, double gap) {
    feed(batches, accuracy, accuracy, gap);
  }

  /** Women's predictions (2) are right for another share than men's. */
  private void feed(int batches, double accuracy, double accuracyOfSecond, double gap) {
    for (int i = 0; i < batches; i++) {
      var samples = new ArrayList<Sample>();
      var labels = new ArrayList<LabelledPrediction>();
      for (int j = 0; j < 100; j++) {
        int sex = 1 + random.nextInt(2);
        boolean favoured = random.nextDouble() < (sex == 1 ? 0.5 : 0.5 - gap);
        Sample sample = sample(sex, favoured, 0.9);
        samples.add(sample);
        if (j % 2 == 0) {
          boolean right = random.nextDouble() < (sex == 1 ? accuracy : accuracyOfSecond);
          labels.add(
              new LabelledPrediction(
                  kept.apply(sample),
                  Feedback.newBuilder().addTrueClasses(favoured == right ? "1" : "0").build()));
        }
      }
      watch.samples(samples);
      watch.labels(labels);
      clock.advance(Duration.ofSeconds(1));
      watch.look();
    }
  }

  @Test
  void a_sound_version_raises_nothing_and_its_figures_are_right() {
    version(0.9, 10_000);
    feed(200, 0.9, 0);
    assertThat(firing).isEmpty();
    watch.read((key, labels) -> {
      assertThat(labels.labels()).isEqualTo(10_000);
      assertThat(labels.coverage().orElseThrow()).isEqualTo(0.5);
      double[] accuracy = labels.accuracy().orElseThrow();
      assertThat(accuracy[0]).isBetween(0.88, 0.92);
      assertThat(accuracy[1]).isLessThan(0.9);
      assertThat(accuracy[2]).isGreaterThan(0.9);
      assertThat(labels.estimatedAccuracy().orElseThrow()).isBetween(0.899, 0.901);
      assertThat(labels.delays().quantile(0.5)).isBetween(59.0, 62.0);
      assertThat(labels.calibration().expectedCalibrationError()).isLessThan(0.02);
    });
  }

  @Test
  void more_errors_than_the_card_promises_are_found_and_told_with_their_numbers() {
    version(0.9, 10_000);
    feed(20, 0.9, 0);
    feed(60, 0.7, 0);
    assertThat(firing).containsKeys(LabelWatch.ERROR_RATE_DRIFT, LabelWatch.CALIBRATION_DRIFT);
    assertThat(firing.values())
        .anyMatch(finding -> finding.summary().contains("m version 1 is wrong more often"));
    watch.read((key, labels) -> assertThat(labels.classics().get("ADWIN")).isPositive());
  }

  @Test
  void a_version_without_a_card_is_its_own_reference() {
    feed(60, 0.9, 0);
    watch.read((key, labels) -> assertThat(labels.bound()).isBetween(0.1, 0.13));
    feed(80, 0.75, 0);
    assertThat(firing).containsKey(LabelWatch.ERROR_RATE_DRIFT);
  }

  @Test
  void groups_that_are_treated_unlike_are_found_and_named() {
    version(0.9, 10_000);
    feed(100, 0.9, 0.2);
    assertThat(firing)
        .containsKeys(
            LabelWatch.GROUP_DISPARITY + "1 demographic_parity",
            LabelWatch.GROUP_DISPARITY + "2 demographic_parity");
    assertThat(firing.values()).anyMatch(finding -> finding.summary().contains("sex 2 gets"));
  }

  @Test
  void groups_that_get_the_same_share_but_are_wronged_unlike_are_found_with_labels() {
    version(0.9, 10_000);
    feed(200, 0.95, 0.75, 0);
    assertThat(firing)
        .containsKeys(
            LabelWatch.GROUP_DISPARITY + "2 equal_opportunity",
            LabelWatch.GROUP_DISPARITY + "2 equalised_odds")
        .doesNotContainKey(LabelWatch.GROUP_DISPARITY + "2 demographic_parity");
    assertThat(firing.values())
        .anyMatch(finding ->
            finding.summary().contains("of those whose label is the favourable class, sex 2 gets"));
    watch.read((key, labels) -> {
      GroupWatch.Group second = group(labels, "2");
      assertThat(second.tests().favourable().rate(true)).isBetween(0.7, 0.8);
      assertThat(second.tests().favourable().rate(false)).isBetween(0.92, 0.98);
      assertThat(second.tests().unfavourable().rate(true)).isBetween(0.2, 0.3);
      assertThat(second.tests().favourable().gap().high()).isNegative();
      assertThat(second.tests().decisions().gap().low()).isNegative();
      assertThat(second.tests().decisions().gap().high()).isPositive();
    });
  }

  @Test
  void a_group_is_shown_beside_all_others_with_counts_and_intervals() {
    version(0.9, 10_000);
    feed(100, 0.95, 0.75, 0);
    watch.read((key, labels) -> {
      GroupWatch.Group second = group(labels, "2");
      JsonNode json = json(key, second);
      assertThat(json.path("feature").asText()).isEqualTo("sex");
      assertThat(json.path("group").asText()).isEqualTo("2");
      JsonNode own = json.path("right").path("group");
      JsonNode others = json.path("right").path("others");
      assertThat(own.path("units").asLong() + others.path("units").asLong()).isEqualTo(5_000);
      assertThat(own.path("rate").asDouble()).isBetween(0.72, 0.78);
      assertThat(own.path("low").asDouble()).isLessThan(0.75);
      assertThat(own.path("high").asDouble()).isBetween(0.75, 0.85);
      assertThat(others.path("low").asDouble()).isGreaterThan(0.9);
      assertThat(json.path("favoured").path("enough").asBoolean()).isTrue();
      assertThat(json.path("favoured").path("group").path("units").asLong())
          .isEqualTo(second.tests().decisions().units(true));
    });
  }

  @Test
  void of_a_group_without_predictions_only_the_counts_are_shown() {
    version(0.9, 10_000);
    feed(1, 0.9, 0);
    watch.read((key, labels) ->
        assertThat(json(key, group(labels, "other")).path("right").path("group"))
            .hasToString("{\"units\":0,\"hits\":0}"));
  }

  private static JsonNode json(VersionKey key, GroupWatch.Group group) {
    return new JsonMapper().valueToTree(GroupJson.of(key, group));
  }

  private static GroupWatch.Group group(VersionLabels labels, String name) {
    return labels.groups().stream()
        .filter(group -> group.group().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void groups_with_few_rows_in_the_reference_are_one_and_that_is_said() {
    version(0.9, 10_000);
    feed(1, 0.9, 0);
    watch.samples(List.of(sample(3, true, 0.9), sample(7, true, 0.9)));
    watch.read((key, labels) -> {
      assertThat(labels.groups())
          .extracting(GroupWatch.Group::group)
          .containsExactly("1", "2", "other");
      assertThat(group(labels, "other").merged()).containsExactly("3");
      assertThat(group(labels, "other").tests().decisions().units(true)).isEqualTo(2);
    });
  }

  @Test
  void what_waits_for_a_label_has_the_groups_and_no_other_input() {
    version(0.9, 10_000);
    Sample waiting = kept.apply(sample(3, true, 0.9));
    assertThat(waiting.getInputsCount()).isEqualTo(1);
    assertThat(waiting.getInputs(0).getName()).isEqualTo("sex");
    assertThat(waiting.getInputs(0).getRaw().toStringUtf8()).endsWith("other");
  }

  @Test
  void everything_goes_on_after_a_restart() {
    version(0.9, 10_000);
    feed(50, 0.9, 0.1);
    byte[] image = watch.image();
    watch = newWatch();
    watch.restore(image);
    assertThat(watch.image()).as("before anything came").isEqualTo(image);
    version(0.9, 10_000);
    watch.samples(List.of());
    watch.labels(
        List.of(
            new LabelledPrediction(
                sample(1, true, 0.9), Feedback.newBuilder().addTrueClasses("1").build())));
    watch.read((key, labels) -> {
      assertThat(labels.labels()).isEqualTo(2_501);
      assertThat(labels.errors().orElseThrow().observations()).isEqualTo(2_501);
      assertThat(group(labels, "1").tests().decisions().units(true)).isGreaterThan(2_000);
      assertThat(labels.quality().classes().counts()).containsOnlyKeys("0", "1");
    });
    assertThat(counts.of(IntakeEvent.WATCH_STATES_REFUSED)).isZero();
  }

  @Test
  void a_version_that_the_registry_tells_of_late_begins_anew_with_its_card() {
    feed(1, 0.9, 0);
    version(0.9, 10_000);
    feed(1, 0.9, 0);
    watch.read((key, labels) -> {
      assertThat(labels.labels()).isEqualTo(50);
      assertThat(labels.groups()).isNotEmpty();
    });
  }

  @Test
  void losses_and_the_area_under_the_curve_are_described_with_intervals() {
    version(0.9, 10_000);
    for (int i = 0; i < 4_000; i++) {
      double score = random.nextDouble();
      boolean truth = random.nextDouble() < score;
      Sample predicted =
          sample(1, score > 0.5, Math.max(score, 1 - score)).toBuilder()
              .addProbabilities((float) (1 - score))
              .addProbabilities((float) score)
              .build();
      watch.labels(
          List.of(
              new LabelledPrediction(
                  predicted, Feedback.newBuilder().addTrueClasses(truth ? "1" : "0").build())));
    }
    watch.read((key, labels) -> {
      // By integration: 5/6, 1/2 and 1/6.
      LiveQuality quality = labels.quality();
      assertInside(quality.area(), 5.0 / 6, 0.06);
      assertInside(quality.logLoss(), 0.5, 0.15);
      assertInside(quality.brier(), 1.0 / 6, 0.03);
      assertThat(quality.area().units()).isGreaterThan(1_500);
      assertThat(quality.classes().counts())
          .hasEntrySatisfying(
              "1",
              count ->
                  assertThat((double) count.right() / count.predicted()).isBetween(0.72, 0.78));
    });
  }

  private static void assertInside(BoundedMean mean, double truth, double width) {
    BoundedMean.Range interval = mean.interval(0.05);
    assertThat(truth).isBetween(interval.low(), interval.high());
    assertThat(interval.high() - interval.low()).isLessThan(2 * width);
  }

  @Test
  void errors_of_predicted_numbers_are_described() {
    for (int error : new int[] {3, -1}) {
      watch.labels(
          List.of(
              new LabelledPrediction(
                  Sample.newBuilder().setModel("m").addPredictedValues(10 + error).build(),
                  Feedback.newBuilder().addTrueValues(10).build())));
    }
    watch.read((key, labels) -> {
      assertThat(labels.labels()).isEqualTo(2);
      assertThat(labels.quality().errors())
          .isEqualTo(new LiveQuality.Errors(2, 1, 2, Math.sqrt(5)));
      assertThat(labels.accuracy()).isEmpty();
    });
  }

  @Test
  void an_alarm_is_over_when_it_has_been_quiet() {
    version(0.9, 10_000);
    feed(60, 0.75, 0);
    assertThat(firing).containsKey(LabelWatch.ERROR_RATE_DRIFT);
    clock.advance(WatchConfig.defaults().quietAfter().plusSeconds(1));
    watch.look();
    assertThat(firing).doesNotContainKey(LabelWatch.ERROR_RATE_DRIFT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LabelWatch.ERROR_RATE_DRIFT,
        LabelWatch.CALIBRATION_DRIFT,
        LabelWatch.GROUP_DISPARITY
      })
  void each_kind_has_its_page(String kind) throws java.io.IOException {
    assertThat(Files.readString(Path.of("..", "docs", "alerts", kind + ".md")))
        .contains("# " + kind, "## Meaning", "## Mitigation");
  }
}
