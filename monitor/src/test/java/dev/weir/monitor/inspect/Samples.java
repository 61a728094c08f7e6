package dev.weir.monitor.inspect;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Samples of a version with an age (10 to 50) and a sex ("1" or "2"). */
public final class Samples {
  private Samples() {}

  /** A snapshot with versions 1 and 2 of the model "m". */
  public static Snapshot snapshot() {
    return Snapshot.newBuilder().addVersions(version("1")).addVersions(version("2")).build();
  }

  private static ModelVersion version(String version) {
    var age = FeatureReference.newBuilder().setName("age").setIndex(0);
    for (int i = 0; i <= 10; i++) {
      age.addQuantiles(10 + 4 * i);
    }
    return ModelVersion.newBuilder()
        .setModel("m")
        .setVersion(version)
        .setReference(
            Reference.newBuilder()
                .setRows(1_000)
                .addFeatures(age)
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("sex")
                        .setIndex(1)
                        .putCategories("1", 0.6)
                        .putCategories("2", 0.4))
                .addFeatures(
                    FeatureReference.newBuilder()
                        .setName("prediction")
                        .setIndex(-1)
                        .putCategories("a", 1)))
        .build();
  }

  /** One sample. */
  public static Sample.Builder sample(
      String id, String version, Instant at, double age, double sex, String predicted) {
    ByteBuffer raw = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    raw.putDouble(age).putDouble(sex).flip();
    return Sample.newBuilder()
        .setRequestId(id)
        .setModel("m")
        .setVersion(version)
        .setAssignment(Assignment.newBuilder().setRoute("r").setUnit(id.hashCode() + 1L))
        .setAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()))
        .addInputs(
            SampleTensor.newBuilder()
                .setName("x")
                .setDatatype("FP64")
                .addShape(1)
                .addShape(2)
                .setRaw(ByteString.copyFrom(raw)))
        .addPredictedClasses(predicted);
  }

  /** Samples as an inspection hands them on. */
  public static List<Inspected> inspected(List<Sample> samples) {
    var seen = new ArrayList<Inspected>();
    var inspection =
        new Inspection(
            1_000_000, 10, new dev.weir.monitor.intake.IntakeCounts(), List.of(seen::add));
    inspection.follow(snapshot());
    inspection.samples(samples);
    inspection.work();
    return seen;
  }
}
