package dev.weir.monitor.privacy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;

/** Samples and policies of a model {@code fraud}. */
final class Samples {
  private Samples() {}

  static Sample.Builder sample(String requestId, String version, Instant at) {
    return Sample.newBuilder()
        .setRequestId(requestId)
        .setTraceId(trace(requestId))
        .setModel("fraud")
        .setVersion(version)
        .setAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()))
        .setAssignment(
            Assignment.newBuilder().setRoute("fraud").setUnit(unit(requestId)).setSticky(true))
        .addPredictedClasses("0")
        .addInputs(numbers("amount", 1.5f, 2.5f));
  }

  static SampleTensor numbers(String name, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return SampleTensor.newBuilder()
        .setName(name)
        .setDatatype("FP32")
        .addAllShape(List.of(1L, (long) values.length))
        .setRaw(ByteString.copyFrom(raw.flip()))
        .build();
  }

  static long unit(String requestId) {
    return 0x1234_5678_0000_0000L + requestId.hashCode();
  }

  static String trace(String requestId) {
    return "%032x".formatted(unit(requestId));
  }

  static Snapshot snapshot(ModelVersion.Builder... versions) {
    var snapshot = Snapshot.newBuilder();
    for (ModelVersion.Builder version : versions) {
      snapshot.addVersions(version);
    }
    return snapshot.build();
  }

  static ModelVersion.Builder version(String version) {
    return ModelVersion.newBuilder().setModel("fraud").setVersion(version);
  }

  static ModelVersion.Builder kept(String version, long seconds) {
    return version(version)
        .setMonitoring(
            MonitoringPolicy.newBuilder()
                .setKeepSamples(true)
                .setKeepSamplesFor(Duration.newBuilder().setSeconds(seconds)));
  }

  /** A version with a reference of two classes, one number and one category. */
  static ModelVersion.Builder published(String version, double epsilon) {
    return version(version)
        .setMonitoring(MonitoringPolicy.newBuilder().setPrivacyEpsilon(epsilon))
        .setReference(
            Reference.newBuilder()
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("prediction")
                        .setIndex(-1)
                        .putCategories("0", 0.9)
                        .putCategories("1", 0.1))
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("amount")
                        .setIndex(0)
                        .addAllQuantiles(List.of(0.0, 1.0, 2.0, 3.0, 4.0)))
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("country")
                        .setIndex(1)
                        .putCategories("1", 0.5)
                        .putCategories("2", 0.5)));
  }
}
