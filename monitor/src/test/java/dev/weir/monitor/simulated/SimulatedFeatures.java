package dev.weir.monitor.simulated;

import com.google.protobuf.ByteString;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Inputs of simulated predictions, six numbers each, and the reference that goes with them: income
 * moves away from it over time, a new sector comes up, and the rest stays as it was.
 */
public final class SimulatedFeatures {
  private static final List<String> NUMBERS =
      List.of("age", "income", "hours_a_week", "seniority", "distance_km");
  private static final double[] MEANS = {41, 38_000, 36, 7, 18};
  private static final double[] DEVIATIONS = {11, 9_000, 6, 3, 8};
  private static final int STEPS = 50;
  private static final long ROWS = 20_000;
  private static final double DRIFT_A_SAMPLE = 0.00012;
  private static final double MOST_DRIFT = 1.2;

  private final RandomGenerator random;
  private long seen;

  public SimulatedFeatures(RandomGenerator random) {
    this.random = random;
  }

  /** What the version was trained with. */
  public Reference reference(RandomGenerator draws) {
    var reference = Reference.newBuilder().setRows(ROWS);
    for (int feature = 0; feature < NUMBERS.size(); feature++) {
      double mean = MEANS[feature];
      double deviation = DEVIATIONS[feature];
      var one = FeatureReference.newBuilder().setName(NUMBERS.get(feature)).setIndex(feature);
      double[] sorted =
          draws
              .doubles(ROWS)
              .map(any -> mean + deviation * draws.nextGaussian())
              .sorted()
              .toArray();
      for (int i = 0; i <= STEPS; i++) {
        one.addQuantiles(sorted[(int) ((ROWS - 1) * i / STEPS)]);
      }
      reference.addFeatures(one);
    }
    return reference
        .addFeatures(
            FeatureReference.newBuilder()
                .setName("sector")
                .setIndex(NUMBERS.size())
                .putCategories("1", 0.5)
                .putCategories("2", 0.3)
                .putCategories("3", 0.2))
        .addFeatures(
            FeatureReference.newBuilder()
                .setName("prediction")
                .setIndex(-1)
                .putCategories("0", 0.47)
                .putCategories("1", 0.53))
        .build();
  }

  /** The same samples with inputs, confidences and their model. */
  public ReportSamplesRequest with(ReportSamplesRequest request) {
    var changed = request.toBuilder().clearSamples();
    for (Sample sample : request.getSamplesList()) {
      changed.addSamples(
          sample.toBuilder()
              .setModel(SimulatedTraffic.ROUTE)
              .addInputs(inputs())
              .addConfidences((float) (1 - 0.5 * Math.pow(random.nextDouble(), 2))));
    }
    return changed.build();
  }

  private SampleTensor inputs() {
    seen++;
    double drift = Math.min(MOST_DRIFT, seen * DRIFT_A_SAMPLE);
    ByteBuffer raw =
        ByteBuffer.allocate(Float.BYTES * (NUMBERS.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (int feature = 0; feature < NUMBERS.size(); feature++) {
      double moved = NUMBERS.get(feature).equals("income") ? drift : 0;
      raw.putFloat(
          (float) (MEANS[feature] + DEVIATIONS[feature] * (random.nextGaussian() + moved)));
    }
    double draw = random.nextDouble();
    double other = 0.02 * drift;
    raw.putFloat(draw < other ? 4 : draw < 0.5 ? 1 : draw < 0.8 ? 2 : 3);
    return SampleTensor.newBuilder()
        .setName("input")
        .setDatatype("FP32")
        .addShape(1)
        .addShape(NUMBERS.size() + 1L)
        .setRaw(ByteString.copyFrom(raw.flip()))
        .build();
  }
}
