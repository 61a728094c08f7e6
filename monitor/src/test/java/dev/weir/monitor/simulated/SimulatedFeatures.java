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
 * Inputs of simulated predictions, six numbers each, the reference that goes with them, and what is
 * true: income moves away from the reference over time, a new sector comes up, and the rest stays
 * as it was. In one sector predictions are wrong more often for some minutes, then as often as
 * elsewhere again.
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

  /** Accuracy in all sectors at all times, but in this one at some. */
  private static final double ACCURACY = 0.83;

  private static final double ACCURACY_OF_WORSE_SECTOR = 0.3;
  private static final float WORSE_SECTOR = 3;

  /** At 400 a second it begins after 25 s, and lasts two minutes of every four. */
  private static final long SAMPLES_BEFORE_IT_IS_WORSE = 10_000;

  private static final long SAMPLES_OF_A_PHASE = 48_000;

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

  /** The class that is true of a sample that {@link #with} gave. */
  public String truth(Sample sample) {
    long phase = (seen + SAMPLES_OF_A_PHASE - SAMPLES_BEFORE_IT_IS_WORSE) / SAMPLES_OF_A_PHASE;
    float sector =
        sample
            .getInputs(0)
            .getRaw()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .getFloat(Float.BYTES * NUMBERS.size());
    double accuracy =
        phase % 2 == 1 && sector == WORSE_SECTOR ? ACCURACY_OF_WORSE_SECTOR : ACCURACY;
    String predicted = sample.getPredictedClasses(0);
    String other = predicted.equals("1") ? "0" : "1";
    return random.nextDouble() < accuracy ? predicted : other;
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
