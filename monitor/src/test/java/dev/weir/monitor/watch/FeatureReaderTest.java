package dev.weir.monitor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FeatureReaderTest implements FeatureReader.Sink {
  private final List<String> seen = new ArrayList<>();

  @Override
  public void feature(Sample sample, String name, double value) {
    seen.add(name + "=" + value);
  }

  @Override
  public void feature(Sample sample, String name, String category) {
    seen.add(name + "='" + category + "'");
  }

  private static FeatureReader reader(FeatureReader.Sink sink, int maxFeatures) {
    var reader = new FeatureReader(maxFeatures, sink);
    reader.follow(
        Snapshot.newBuilder()
            .addVersions(
                ModelVersion.newBuilder()
                    .setModel("fraud")
                    .setVersion("1")
                    .setReference(
                        Reference.newBuilder()
                            .addFeatures(numbers("age", 0))
                            .addFeatures(
                                FeatureReference.newBuilder()
                                    .setName("country")
                                    .setIndex(1)
                                    .putCategories("2", 1))
                            .addFeatures(numbers("beyond", 2))
                            .addFeatures(numbers("prediction", -1))))
            .build());
    return reader;
  }

  private static FeatureReference numbers(String name, int index) {
    return FeatureReference.newBuilder()
        .setName(name)
        .setIndex(index)
        .addAllQuantiles(List.of(0.0, 1.0))
        .build();
  }

  private static Sample sample(String version) {
    var raw = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : new float[] {20.5f, 2, 30, 7}) {
      raw.putFloat(value);
    }
    return Sample.newBuilder()
        .setModel("fraud")
        .setVersion(version)
        .addInputs(
            SampleTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addAllShape(List.of(2L, 2L))
                .setRaw(ByteString.copyFrom(raw.flip())))
        .build();
  }

  @Test
  void each_row_of_each_feature_of_the_reference_is_read() {
    reader(this, 10).samples(List.of(sample("1")));
    assertThat(seen)
        .containsExactly(
            "age=20.5", "age=30.0", "country='2'", "country='(new)'", "beyond=NaN", "beyond=NaN");
  }

  @Test
  void no_more_features_are_read_than_may_be() {
    reader(this, 1).samples(List.of(sample("1")));
    assertThat(seen).containsExactly("age=20.5", "age=30.0");
  }

  @Test
  void a_version_without_a_reference_has_none() {
    reader(this, 10).samples(List.of(sample("2")));
    assertThat(seen).isEmpty();
  }
}
