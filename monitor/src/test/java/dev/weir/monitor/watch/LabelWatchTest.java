package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.LabelledPrediction;
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
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelWatchTest {
  private final TestClock clock = new TestClock();
  private final RandomGenerator random = Randomness.seeded(5);
  private final Map<String, Finding> firing = new LinkedHashMap<>();
  private final LabelWatch watch =
      new LabelWatch(
          WatchConfig.defaults(),
          new Findings() {
            @Override
            public void firing(Finding finding) {
              firing.put(finding.kind() + finding.labels().getOrDefault("group", ""), finding);
            }

            @Override
            public void quiet(Finding.Identity identity) {
              firing.remove(identity.kind() + identity.labels().getOrDefault("group", ""));
            }
          },
          clock);

  private void version(double accuracy, double rows) {
    watch.follow(
        Snapshot.newBuilder()
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
                                    .putCategories("1", 0.5)
                                    .putCategories("2", 0.5)))
                    .setMonitoring(
                        MonitoringPolicy.newBuilder()
                            .addGroupFeatures("sex")
                            .setFavourableClass("1")))
            .build());
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
    for (int i = 0; i < batches; i++) {
      var samples = new ArrayList<Sample>();
      var labels = new ArrayList<LabelledPrediction>();
      for (int j = 0; j < 100; j++) {
        int sex = 1 + random.nextInt(2);
        boolean favoured = random.nextDouble() < (sex == 1 ? 0.5 : 0.5 - gap);
        Sample sample = sample(sex, favoured, 0.9);
        samples.add(sample);
        if (j % 2 == 0) {
          boolean right = random.nextDouble() < accuracy;
          labels.add(
              new LabelledPrediction(
                  sample,
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
    feed(60, 0.8, 0);
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
        .containsKeys(LabelWatch.GROUP_DISPARITY + "1", LabelWatch.GROUP_DISPARITY + "2");
    assertThat(firing.values()).anyMatch(finding -> finding.summary().contains("sex 2 gets"));
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
