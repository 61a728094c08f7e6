package dev.weir.monitor.guardrail;

import static dev.weir.monitor.simulated.SimulatedTraffic.ROLLOUT;
import static dev.weir.monitor.simulated.SimulatedTraffic.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.OutputDifference;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.Confidence;
import dev.weir.proto.route.v1.DataQuality;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.LabelQuality.Measure;
import dev.weir.proto.route.v1.Score;
import dev.weir.proto.route.v1.ShadowAgreement;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of statement is judged by what it is about, from the message to the verdict. */
final class StatementsTest {
  private static final double SHARE = 0.5;

  private final RandomGenerator random = Randomness.seeded(11);
  private final BookUnderTest test = new BookUnderTest();
  private int requests;

  private void begin(Guardrail.Builder guardrail) {
    test.book.follow(BookUnderTest.snapshot(BookUnderTest.rollout(guardrail.setName("g").build())));
    var traffic = new SimulatedTraffic(Randomness.seeded(3), 400);
    traffic.canaryShare = SHARE;
    for (int quarter = 0; quarter < 8; quarter++) {
      test.take(traffic.next());
    }
  }

  private GuardrailEvidence evidence() {
    return test.verdict().getGuardrails(0);
  }

  /** A prediction of one arm, right or wrong. */
  private LabelledPrediction labelled(boolean canary, boolean positive, boolean right) {
    requests++;
    boolean predicted = positive == right;
    double confidence = right ? 0.9 : 0.6;
    var sample =
        Sample.newBuilder()
            .setRequestId("r" + requests)
            .setModel(ROUTE)
            .setVersion(canary ? "2" : "1")
            .setAssignment(assignment(canary))
            .addPredictedClasses(predicted ? "1" : "0")
            .addConfidences((float) confidence)
            .addProbabilities((float) (predicted ? 1 - confidence : confidence))
            .addProbabilities((float) (predicted ? confidence : 1 - confidence))
            .addPredictedValues(right ? 10.5 : 17)
            .build();
    return new LabelledPrediction(
        sample,
        Feedback.newBuilder()
            .setRequestId("r" + requests)
            .addTrueClasses(positive ? "1" : "0")
            .addTrueValues(10)
            .build());
  }

  private Assignment assignment(boolean canary) {
    return Assignment.newBuilder()
        .setRoute(ROUTE)
        .setRolloutId(ROLLOUT)
        .setArm(canary ? Arm.ARM_CANARY : Arm.ARM_BASELINE)
        .setCanaryProbability(SHARE)
        .setUnit(1 + requests)
        .build();
  }

  private void label(int batches, double baselineRight, double canaryRight) {
    for (int batch = 0; batch < batches && test.decided.isEmpty(); batch++) {
      var labels = new ArrayList<LabelledPrediction>();
      for (int i = 0; i < 100; i++) {
        boolean canary = random.nextDouble() < SHARE;
        labels.add(
            labelled(
                canary,
                random.nextBoolean(),
                random.nextDouble() < (canary ? canaryRight : baselineRight)));
      }
      test.book.takeLabels(labels);
    }
  }

  private static Guardrail.Builder quality(Measure measure) {
    return Guardrail.newBuilder()
        .setLabelQuality(
            LabelQuality.newBuilder()
                .setMeasure(measure)
                .setPositiveClass("1")
                .setScale(10)
                .setToleratedDifference(
                    measure == Measure.MEAN_ABSOLUTE_ERROR
                            || measure == Measure.ROOT_MEAN_SQUARED_ERROR
                        ? 0.5
                        : 0.05));
  }

  @ParameterizedTest
  @EnumSource(
      value = Measure.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MEASURE_UNSPECIFIED", "UNRECOGNIZED"})
  void every_measure_of_quality_tells_a_worse_canary_and_a_sound_one(Measure measure) {
    begin(quality(measure));
    assertThat(test.verdict().getExplanation()).contains("has not seen a label");
    label(150, 0.9, 0.9);
    assertThat(test.decided).isEmpty();
    assertThat(evidence().getState()).as(evidence().getStatistic()).isEqualTo(VerdictState.PASSING);
    assertThat(evidence().getEffect().getDifferenceLow())
        .isLessThanOrEqualTo(evidence().getEffect().getDifferenceHigh());

    label(250, 0.9, 0.65);
    assertThat(test.decided).as(evidence().getStatistic()).hasSize(1);
    Verdict verdict = test.decided.getFirst();
    assertThat(verdict.getDecisiveGuardrail()).isEqualTo("g");
    assertThat(verdict.getExemplarRequestIdsList()).hasSize(8).allMatch(id -> id.startsWith("r"));
  }

  @Test
  void an_absolute_bound_is_judged_without_the_baseline() {
    Guardrail.Builder bound = quality(Measure.ACCURACY);
    bound.getLabelQualityBuilder().clearToleratedDifference().setBound(0.85);
    begin(bound);
    label(200, 0.5, 0.92);
    assertThat(evidence().getState()).isEqualTo(VerdictState.PASSING);
    assertThat(evidence().getEffect().getBaseline()).isEqualTo(0.85);
    label(200, 0.5, 0.7);
    assertThat(test.decided).hasSize(1);
  }

  @Test
  void labels_of_one_arm_that_are_missing_set_the_guardrail_aside() {
    begin(quality(Measure.ACCURACY));
    for (int batch = 0; batch < 40; batch++) {
      var labels = new ArrayList<LabelledPrediction>();
      for (int i = 0; i < 50; i++) {
        labels.add(labelled(i < 5, true, true));
      }
      test.book.takeLabels(labels);
    }
    assertThat(test.decided).isEmpty();
    assertThat(evidence().getState()).isEqualTo(VerdictState.INVALID);
    assertThat(test.verdict().getExplanation()).contains("g cannot be judged");
  }

  @Test
  void a_business_metric_is_judged_by_unit() {
    begin(
        Guardrail.newBuilder()
            .setBusinessMetric(
                BusinessMetric.newBuilder()
                    .setMetric("basket")
                    .setMax(100)
                    .setToleratedDifference(2)));
    report("basket", 40, 40, 40);
    assertThat(test.decided).isEmpty();
    assertThat(evidence().getState()).isEqualTo(VerdictState.PASSING);
    assertThat(evidence().getEffect().getCanary()).isBetween(38.0, 42.0);
    report("another", 100, 40, 0);
    assertThat(test.decided).isEmpty();
    report("basket", 100, 40, 25);
    assertThat(test.decided).hasSize(1);
  }

  private void report(String metric, int batches, double baselineMean, double canaryMean) {
    for (int batch = 0; batch < batches && test.decided.isEmpty(); batch++) {
      var units = new ArrayList<BusinessUnit>();
      for (int i = 0; i < 200; i++) {
        boolean canary = random.nextDouble() < SHARE;
        double mean = canary ? canaryMean : baselineMean;
        units.add(
            new BusinessUnit(
                metric,
                ROLLOUT,
                canary,
                SHARE,
                ++requests,
                false,
                mean + random.nextGaussian(0, 8)));
      }
      test.book.takeBusiness(units);
    }
  }

  @Test
  void a_shadow_that_answers_otherwise_violates_its_agreement() {
    begin(
        Guardrail.newBuilder()
            .setShadowAgreement(ShadowAgreement.newBuilder().setMinAgreement(0.9)));
    assertThat(test.verdict().getExplanation()).contains("has not seen a pair of the mirror");
    test.book.takePairs(pairs(600, 0.99));
    assertThat(evidence().getState()).isEqualTo(VerdictState.PASSING);
    test.book.takePairs(pairs(2_000, 0.7));
    assertThat(test.decided).hasSize(1);
  }

  private List<MirrorPair> pairs(int count, double agreement) {
    var pairs = new ArrayList<MirrorPair>();
    for (int i = 0; i < count; i++) {
      boolean agrees = random.nextDouble() < agreement;
      pairs.add(
          MirrorPair.newBuilder()
              .setRoute(ROUTE)
              .setCompared(true)
              .setPrimary(MirrorSide.newBuilder().setModel(ROUTE).setVersion("1"))
              .setShadow(MirrorSide.newBuilder().setModel(ROUTE).setVersion("2"))
              .addOutputs(OutputDifference.newBuilder().setRows(2).setRowsAgreeing(agrees ? 2 : 1))
              .build());
    }
    return pairs;
  }

  private void sampled(int slices, Sampled baseline, Sampled canary) {
    for (int slice = 0; slice < slices && test.decided.isEmpty(); slice++) {
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < 100; i++) {
        boolean ofCanary = random.nextDouble() < SHARE;
        requests++;
        var sample = Sample.newBuilder().setAssignment(assignment(ofCanary));
        (ofCanary ? canary : baseline).fill(sample);
        samples.add(sample.build());
      }
      test.takeSlice(samples);
    }
  }

  private interface Sampled {
    void fill(Sample.Builder sample);
  }

  @Test
  void a_score_that_moves_is_found_and_one_that_does_not_is_shown() {
    begin(Guardrail.newBuilder().setScore(Score.newBuilder().setToleratedRatio(1.5)));
    Sampled usual = sample -> sample.addPredictedValues(random.nextGaussian(5, 2));
    sampled(300, usual, usual);
    assertThat(test.decided).isEmpty();
    assertThat(evidence().getState()).isEqualTo(VerdictState.PASSING);
    sampled(300, usual, sample -> sample.addPredictedValues(random.nextGaussian(8, 2)));
    assertThat(test.decided).hasSize(1);
    assertThat(test.decided.getFirst().getExplanation()).contains("score ");
  }

  @Test
  void a_canary_that_is_less_sure_is_found() {
    begin(
        Guardrail.newBuilder().setConfidence(Confidence.newBuilder().setToleratedDifference(0.05)));
    Sampled usual = sample -> sample.addConfidences(0.7f + 0.3f * random.nextFloat());
    sampled(200, usual, usual);
    assertThat(evidence().getState()).isEqualTo(VerdictState.PASSING);
    sampled(200, usual, sample -> sample.addConfidences(0.5f + 0.3f * random.nextFloat()));
    assertThat(test.decided).hasSize(1);
  }

  @Test
  void answers_without_what_the_signature_promises_are_found() {
    begin(Guardrail.newBuilder().setDataQuality(DataQuality.getDefaultInstance()));
    Sampled usual = sample -> sample.addPredictedClasses("1");
    sampled(60, usual, usual);
    assertThat(evidence().getState()).isEqualTo(VerdictState.PASSING);
    sampled(
        100,
        usual,
        sample -> {
          if (random.nextDouble() < 0.9) {
            sample.addPredictedClasses("1");
          }
        });
    assertThat(test.decided).hasSize(1);
  }

  @Test
  void only_the_named_statuses_are_errors() {
    test.book.follow(
        BookUnderTest.snapshot(
            BookUnderTest.rollout(
                Guardrail.newBuilder()
                    .setName("unavailable")
                    .setErrorRate(
                        ErrorRate.newBuilder().setToleratedDifference(0.01).addStatusCodes(14))
                    .build(),
                Guardrail.newBuilder()
                    .setName("internal")
                    .setErrorRate(
                        ErrorRate.newBuilder().setToleratedDifference(0.01).addStatusCodes(13))
                    .build())));
    var traffic = new SimulatedTraffic(Randomness.seeded(9), 400);
    traffic.canaryShare = SHARE;
    traffic.canary = traffic.canary.withErrors(0.2);
    test.takeUntilDecided(traffic, 20);
    assertThat(test.decided).hasSize(1);
    // The simulated requests fail with INTERNAL.
    assertThat(test.decided.getFirst().getDecisiveGuardrail()).isEqualTo("internal");
    assertThat(test.decided.getFirst().getGuardrails(0).getStatistic())
        .contains("error rate 0.0 %");
  }

  @Test
  void a_release_is_passing_when_every_guardrail_was_shown() {
    begin(
        Guardrail.newBuilder().setErrorRate(ErrorRate.newBuilder().setToleratedDifference(0.005)));
    var traffic = new SimulatedTraffic(Randomness.seeded(4), 400);
    traffic.canaryShare = SHARE;
    assertThat(test.verdict().getState()).isEqualTo(VerdictState.UNDECIDED);
    for (int quarter = 0; quarter < 120; quarter++) {
      test.take(traffic.next());
    }
    assertThat(test.verdict().getState()).isEqualTo(VerdictState.PASSING);
    assertThat(test.verdict().getMayProceed()).isTrue();
    assertThat(test.verdict().getExplanation()).contains("shown to hold within its tolerance");
  }

  @Test
  void what_was_seen_of_labels_and_business_survives_a_restart() throws IOException {
    begin(quality(Measure.F1));
    label(20, 0.9, 0.8);
    byte[] image = test.book.image().orElseThrow().bytes();
    var again =
        new EvidenceBook(
            EvidenceConfig.defaults(),
            IntakeConfig.defaults(),
            new IntakeCounts(),
            new TestClock(),
            new BookUnderTest());
    again.restore(image);
    again.follow(
        BookUnderTest.snapshot(BookUnderTest.rollout(quality(Measure.F1).setName("g").build())));
    assertThat(again.verdicts().getFirst().getGuardrails(0)).isEqualTo(evidence());
  }
}
