package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.GoldenBytes;
import dev.weir.monitor.stats.label.BoundedMean;
import dev.weir.monitor.stats.label.CalibrationTest;
import dev.weir.monitor.stats.label.ClassCounts;
import dev.weir.monitor.stats.label.ConfidenceEstimate;
import dev.weir.monitor.stats.label.ParityTest;
import dev.weir.monitor.stats.label.RankPairs;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** State of what labels say, in bytes: of every released version, and damaged. */
class LabelStateTest {
  enum Subject {
    BOUNDED_MEAN(boundedMean(), bytes -> BoundedMean.fromBytes(bytes).toBytes()),
    CLASS_COUNTS(classCounts(), bytes -> ClassCounts.fromBytes(bytes).toBytes()),
    RANK_PAIRS(rankPairs(), bytes -> RankPairs.fromBytes(bytes).toBytes()),
    CONFIDENCE_ESTIMATE(estimate(), bytes -> ConfidenceEstimate.fromBytes(bytes).toBytes()),
    CALIBRATION(calibration(), bytes -> CalibrationTest.fromBytes(bytes).toBytes()),
    PARITY(parity(), bytes -> ParityTest.fromBytes(bytes).toBytes()),
    VERSION_LABELS(versionLabels(), LabelStateTest::again);

    final byte[] fed;
    final UnaryOperator<byte[]> readAndWritten;

    Subject(byte[] fed, UnaryOperator<byte[]> readAndWritten) {
      this.fed = fed;
      this.readAndWritten = readAndWritten;
    }
  }

  private static byte[] boundedMean() {
    var mean = new BoundedMean(10);
    mean.add(2.5);
    mean.add(7);
    return mean.toBytes();
  }

  private static byte[] classCounts() {
    var counts = new ClassCounts();
    counts.add("cat", "cat");
    counts.add("cat", "dög");
    return counts.toBytes();
  }

  private static byte[] rankPairs() {
    var pairs = new RankPairs();
    pairs.add(true, 0.75);
    pairs.add(true, 0.5);
    pairs.add(false, 0.75);
    return pairs.toBytes();
  }

  private static byte[] estimate() {
    var estimate = new ConfidenceEstimate();
    estimate.add(0.75, true);
    estimate.add(0.25, false);
    return estimate.toBytes();
  }

  private static byte[] calibration() {
    var calibration = new CalibrationTest(0.05);
    calibration.add(0.75, true);
    return calibration.toBytes();
  }

  private static byte[] parity() {
    var parity = new ParityTest(0.05);
    parity.add(true, false);
    parity.add(false, true);
    parity.add(false, false);
    return parity.toBytes();
  }

  private static VersionLabels fresh() {
    return new VersionLabels(
        ModelVersion.newBuilder()
            .putMetrics("accuracy", 0.9)
            .putMetrics("held_out_rows", 1_000)
            .setMonitoring(MonitoringPolicy.newBuilder().setFavourableClass("1"))
            .build(),
        0.05,
        0.05);
  }

  private static byte[] versionLabels() {
    VersionLabels labels = fresh();
    Sample sample =
        Sample.newBuilder()
            .addPredictedClasses("1")
            .addConfidences(0.75f)
            .addProbabilities(0.25f)
            .addProbabilities(0.75f)
            .addPredictedValues(2)
            .build();
    labels.predicted(sample);
    labels.labelled(
        new LabelledPrediction(
            sample, Feedback.newBuilder().addTrueClasses("0").addTrueValues(1).build()),
        Instant.EPOCH);
    return labels.toBytes();
  }

  private static byte[] again(byte[] bytes) {
    VersionLabels labels = fresh();
    labels.restore(bytes);
    return labels.toBytes();
  }

  @ParameterizedTest
  @EnumSource
  void bytes_of_released_versions_are_read_and_written_alike(Subject subject) {
    byte[] golden =
        new GoldenBytes(LabelStateTest.class, "golden-labels.properties").of(subject.name());
    assertThat(subject.readAndWritten.apply(golden)).isEqualTo(golden);
    assertThat(subject.readAndWritten.apply(subject.fed)).isEqualTo(subject.fed);
    // Logarithms may differ in the last digit between machines, hence not byte by byte.
    assertThat(subject.fed).hasSameSizeAs(golden).startsWith(golden[0], golden[1]);
  }

  @ParameterizedTest
  @EnumSource
  void bytes_cut_short_or_too_long_or_of_another_version_are_refused(Subject subject) {
    byte[] bytes = subject.fed;
    for (int length = 0; length < bytes.length; length++) {
      byte[] shorter = Arrays.copyOf(bytes, length);
      assertThatIllegalArgumentException()
          .as("cut to %d bytes", length)
          .isThrownBy(() -> subject.readAndWritten.apply(shorter));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> subject.readAndWritten.apply(Arrays.copyOf(bytes, bytes.length + 1)));
    byte[] newer = bytes.clone();
    newer[0]++;
    assertThatIllegalArgumentException().isThrownBy(() -> subject.readAndWritten.apply(newer));
  }
}
