package dev.weir.monitor.simulated;

import com.google.protobuf.ByteString;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/** Inputs and confidence for simulated samples, and the reference that they have without drift. */
final class SimulatedFeatures {
  private static final int COLUMNS = 4;

  private final RandomGenerator random;
  private long samples;

  /** Samples after which the age drifts. */
  private final long driftAfter;

  SimulatedFeatures(RandomGenerator random, long driftAfter) {
    this.random = random;
    this.driftAfter = driftAfter;
  }

  static Reference reference() {
    var age = FeatureReference.newBuilder().setName("age").setIndex(0);
    var income = FeatureReference.newBuilder().setName("income").setIndex(1);
    var confidence = FeatureReference.newBuilder().setName("confidence").setIndex(-1);
    for (int i = 0; i <= 50; i++) {
      age.addQuantiles(18 + 62.0 * i / 50);
      income.addQuantiles(20_000 * Math.exp(1.2 * (i / 50.0 - 0.5) * 2));
      confidence.addQuantiles(0.5 + 0.5 * i / 50);
    }
    return Reference.newBuilder()
        .setRows(50_000)
        .addFeatures(age)
        .addFeatures(income)
        .addFeatures(
            FeatureReference.newBuilder()
                .setName("region")
                .setIndex(2)
                .putCategories("0", 0.4)
                .putCategories("1", 0.3)
                .putCategories("2", 0.2)
                .putCategories("3", 0.1))
        .addFeatures(
            FeatureReference.newBuilder()
                .setName("employed_before")
                .setIndex(3)
                .putCategories("0", 0.5)
                .putCategories("1", 0.5))
        .addFeatures(
            FeatureReference.newBuilder()
                .setName("prediction")
                .setIndex(-1)
                .putCategories("0", 0.47)
                .putCategories("1", 0.53))
        .addFeatures(confidence)
        .build();
  }

  /** The sample with its model, inputs and confidence. */
  Sample with(Sample sample) {
    samples++;
    double shift = samples > driftAfter ? 12 : 0;
    double u = random.nextDouble();
    int region = u < 0.4 ? 0 : u < 0.7 ? 1 : u < 0.9 ? 2 : 3;
    ByteBuffer raw = ByteBuffer.allocate(4 * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
    raw.putFloat((float) Math.min(80, 18 + 62 * random.nextDouble() + shift))
        .putFloat((float) (20_000 * Math.exp(1.2 * (random.nextDouble() - 0.5) * 2)))
        .putFloat(samples > 2 * driftAfter && random.nextInt(12) == 0 ? 7 : region)
        .putFloat(random.nextInt(2));
    return sample.toBuilder()
        .setModel(SimulatedTraffic.ROUTE)
        .addConfidences((float) (0.5 + 0.5 * random.nextDouble()))
        .addInputs(
            SampleTensor.newBuilder()
                .setName("features")
                .setDatatype("FP32")
                .addShape(1)
                .addShape(COLUMNS)
                .setRaw(ByteString.copyFrom(raw.array())))
        .build();
  }
}
