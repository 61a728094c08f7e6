package dev.weir.monitor.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What is sent: requests of a rollout at 5 %, and samples of 50 features, half of them categories.
 */
final class Offered {
  private static final String MODEL = "m";
  private static final String ROLLOUT = "rollout-1";
  private static final double SHARE = 0.05;
  private static final int FEATURES = 50;

  private final RandomGenerator random;
  private long sequence;
  private long requests;

  Offered(RandomGenerator random) {
    this.random = random;
  }

  static Snapshot snapshot(Snapshot before) {
    var reference = Reference.newBuilder().setRows(100_000);
    for (int i = 0; i < FEATURES; i++) {
      var feature = FeatureReference.newBuilder().setName("f" + i).setIndex(i);
      if (i % 2 == 0) {
        for (int q = 0; q <= 100; q++) {
          feature.addQuantiles(q / 100.0);
        }
      } else {
        for (int c = 0; c < 10; c++) {
          feature.putCategories(Integer.toString(c), 0.1);
        }
      }
      reference.addFeatures(feature);
    }
    var snapshot = before.toBuilder();
    for (String version : new String[] {"1", "2"}) {
      snapshot.addVersions(
          ModelVersion.newBuilder()
              .setModel(MODEL)
              .setVersion(version)
              .setSignature(
                  Signature.newBuilder().setClassOutput("label").setProbabilityOutput("p"))
              .setReference(reference));
    }
    return snapshot
        .addRollouts(
            Rollout.newBuilder()
                .setId(ROLLOUT)
                .setModel(MODEL)
                .setBaselineVersion("1")
                .setState(RolloutState.PROGRESSING)
                .setSpec(
                    RolloutSpec.newBuilder()
                        .setRoute(MODEL)
                        .setCanaryVersion("2")
                        .addSteps(RolloutStep.newBuilder().setCanaryBasisPoints(500))
                        .addGuardrails(
                            guardrail("errors").setErrorRate(ErrorRate.getDefaultInstance()))
                        .addGuardrails(
                            guardrail("points")
                                .setErrorRate(ErrorRate.newBuilder().setToleratedDifference(0.005)))
                        .addGuardrails(
                            guardrail("latency").setLatency(Latency.getDefaultInstance()))
                        .addGuardrails(
                            guardrail("classes")
                                .setPredictedClass(PredictedClass.getDefaultInstance()))
                        .addGuardrails(
                            guardrail("accuracy")
                                .setLabelQuality(LabelQuality.getDefaultInstance()))))
        .build();
  }

  private static Guardrail.Builder guardrail(String name) {
    return Guardrail.newBuilder().setName(name);
  }

  /** A slice of a quarter of a second. */
  ReportOutcomesRequest outcomes(int count, long millis) {
    var slice =
        OutcomeSlice.newBuilder()
            .setSequence(++sequence)
            .setStart(timestamp(millis))
            .setLengthMillis(250);
    int canary = (int) Math.round(count * SHARE);
    slice.addCells(cell(true, canary)).addCells(cell(false, count - canary));
    return ReportOutcomesRequest.newBuilder().setRouterProcess("router-1").addSlices(slice).build();
  }

  private OutcomeCell cell(boolean canary, int count) {
    var latencies = new TreeMap<Integer, Long>();
    long errors = 0;
    for (int i = 0; i < count; i++) {
      if (random.nextDouble() < 0.005) {
        errors++;
      } else {
        double nanos = 5e6 * Math.exp(0.5 * random.nextGaussian());
        latencies.merge(LatencyScale.bucketOf((long) nanos), 1L, Long::sum);
      }
    }
    var cell =
        OutcomeCell.newBuilder()
            .setKey(
                OutcomeKey.newBuilder()
                    .setRoute(MODEL)
                    .setModel(MODEL)
                    .setVariant(canary ? "canary" : "baseline")
                    .setVersion(canary ? "2" : "1")
                    .setArm(canary ? Arm.ARM_CANARY : Arm.ARM_BASELINE)
                    .setCanaryProbability(SHARE)
                    .setRolloutId(ROLLOUT))
            .setStarted(count);
    if (errors > 0) {
      cell.putErrors(13, errors);
    }
    for (Map.Entry<Integer, Long> entry : latencies.entrySet()) {
      cell.addLatencyBuckets(entry.getKey()).addLatencyCounts(entry.getValue());
    }
    return cell.build();
  }

  ReportSamplesRequest samples(int count, long millis) {
    var report = ReportSamplesRequest.newBuilder().setWorker("worker-1");
    for (int i = 0; i < count; i++) {
      boolean canary = random.nextDouble() < SHARE;
      ByteBuffer raw = ByteBuffer.allocate(4 * FEATURES).order(ByteOrder.LITTLE_ENDIAN);
      for (int f = 0; f < FEATURES; f++) {
        raw.putFloat(f % 2 == 0 ? random.nextFloat() : random.nextInt(10));
      }
      report.addSamples(
          Sample.newBuilder()
              .setRequestId("r" + ++requests)
              .setModel(MODEL)
              .setVersion(canary ? "2" : "1")
              .setAssignment(
                  Assignment.newBuilder()
                      .setRoute(MODEL)
                      .setVariant(canary ? "canary" : "baseline")
                      .setArm(canary ? Arm.ARM_CANARY : Arm.ARM_BASELINE)
                      .setCanaryProbability(SHARE)
                      .setRolloutId(ROLLOUT)
                      .setUnit(random.nextLong() | 1))
              .setAt(timestamp(millis))
              .addPredictedClasses(random.nextBoolean() ? "1" : "0")
              .addConfidences(0.5f + 0.5f * random.nextFloat())
              .addInputs(
                  SampleTensor.newBuilder()
                      .setName("features")
                      .setDatatype("FP32")
                      .addShape(1)
                      .addShape(FEATURES)
                      .setRaw(ByteString.copyFrom(raw.array()))));
    }
    return report.build();
  }

  /** Labels for every fifth of these samples. */
  static ReportFeedbackRequest labels(ReportSamplesRequest samples) {
    var feedback = ReportFeedbackRequest.newBuilder();
    for (int i = 0; i < samples.getSamplesCount(); i += 5) {
      Sample sample = samples.getSamples(i);
      feedback.addFeedback(
          Feedback.newBuilder()
              .setRequestId(sample.getRequestId())
              .addTrueClasses(sample.getPredictedClasses(0)));
    }
    return feedback.build();
  }

  private static Timestamp timestamp(long millis) {
    return Timestamp.newBuilder()
        .setSeconds(millis / 1_000)
        .setNanos((int) (millis % 1_000) * 1_000_000)
        .build();
  }
}
