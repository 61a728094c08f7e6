package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged tensors and damaged images of detectors. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WatchFuzzTest {
  private static final long MOST_BYTES = 32 << 20;
  private static final List<String> TYPES =
      List.of(
          "FP32", "FP64", "INT8", "UINT8", "INT16", "UINT16", "INT32", "UINT32", "INT64", "UINT64",
          "BOOL", "BYTES", "FP16", "BF16", "", "nothing");
  private static final List<Long> DIMENSIONS =
      List.of(1L, 2L, 3L, 0L, -1L, 1L << 31, (1L << 32) + 1, Long.MAX_VALUE, Long.MIN_VALUE);

  private static Sample sample() {
    ByteBuffer raw = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(40).putFloat(1);
    return Sample.newBuilder()
        .setModel("m")
        .setVersion("1")
        .addInputs(
            SampleTensor.newBuilder()
                .setName("features")
                .setDatatype("FP32")
                .addShape(1)
                .addShape(2)
                .setRaw(ByteString.copyFrom(raw.array())))
        .addInputs(
            SampleTensor.newBuilder()
                .setName("text")
                .setDatatype("BYTES")
                .addShape(1)
                .setRaw(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 'a', 'b'})))
        .addPredictedClasses("1")
        .addConfidences(0.5f)
        .build();
  }

  /** A tensor with anything in it. */
  private static SampleTensor tensor(SplittableRandom random) {
    var raw = new byte[random.nextInt(64)];
    random.nextBytes(raw);
    var tensor =
        SampleTensor.newBuilder()
            .setName(List.of("features", "age", "text", "").get(random.nextInt(4)))
            .setDatatype(TYPES.get(random.nextInt(TYPES.size())))
            .setRaw(ByteString.copyFrom(raw));
    for (int i = random.nextInt(4); i > 0; i--) {
      tensor.addShape(DIMENSIONS.get(random.nextInt(DIMENSIONS.size())));
    }
    return tensor.build();
  }

  private static final class Ignored implements SampleInputs.Rows {
    int rows;

    @Override
    public void number(double value) {
      rows++;
    }

    @Override
    public void category(String value) {
      rows++;
    }

    @Override
    public void missing() {
      rows++;
    }
  }

  @Test
  void inputs_of_any_type_shape_and_content_are_read_within_their_bytes() {
    FuzzRun.bounded(
        "inputs",
        30_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          var sample = Sample.newBuilder();
          for (int i = random.nextInt(3); i >= 0; i--) {
            sample.addInputs(tensor(random));
          }
          var inputs = new SampleInputs(sample.build());
          for (String feature : List.of("features", "age", "none")) {
            var rows = new Ignored();
            int index = List.of(0, 1, 7, Integer.MAX_VALUE).get(random.nextInt(4));
            inputs.read(feature, index, random.nextBoolean(), rows);
            inputs.first(feature, index);
            assertThat(rows.rows).isLessThanOrEqualTo(1_024);
          }
        });
  }

  private static Snapshot snapshot() {
    var age = FeatureReference.newBuilder().setName("age").setIndex(0);
    for (int i = 0; i <= 20; i++) {
      age.addQuantiles(i * 5.0);
    }
    return Snapshot.newBuilder()
        .addVersions(
            ModelVersion.newBuilder()
                .setModel("m")
                .setVersion("1")
                .setReference(
                    Reference.newBuilder()
                        .setRows(1_000)
                        .addFeatures(age)
                        .addFeatures(
                            FeatureReference.newBuilder()
                                .setName("sex")
                                .setIndex(1)
                                .putCategories("1", 0.5)
                                .putCategories("2", 0.5))))
        .build();
  }

  private static StandingWatch watch() {
    var watch =
        new StandingWatch(
            WatchConfig.defaults(),
            new IntakeCounts(),
            new Findings() {
              @Override
              public void firing(Finding finding) {}

              @Override
              public void quiet(Finding.Identity identity) {}
            },
            (route, model, version, feature, isInput, second) -> Optional.empty(),
            new TestClock(),
            Randomness.seeded(1));
    watch.follow(snapshot());
    return watch;
  }

  @Test
  void damaged_samples_do_the_watch_no_harm() {
    StandingWatch watch = watch();
    byte[] bytes = sample().toByteArray();
    FuzzRun.bounded(
        "samples",
        5_000,
        MOST_BYTES,
        seed -> {
          try {
            watch.samples(
                List.of(Sample.parseFrom(Change.some(bytes, new SplittableRandom(seed)))));
          } catch (InvalidProtocolBufferException noMessage) {
            return;
          }
          watch.work();
        });
    assertThat(watch.views()).isNotEmpty();
  }

  @Test
  void a_damaged_image_of_detectors_is_restored_or_refused() {
    StandingWatch watch = watch();
    for (int i = 0; i < 50; i++) {
      watch.samples(List.of(sample()));
    }
    watch.work();
    byte[] image = watch.image();
    FuzzRun.bounded(
        "watch image",
        2_000,
        MOST_BYTES,
        seed -> {
          StandingWatch again = watch();
          try {
            again.restore(Change.some(image, new SplittableRandom(seed)));
          } catch (IOException | IllegalArgumentException refused) {
            return;
          }
          again.samples(List.of(sample()));
          again.work();
          again.image();
        });
  }
}
