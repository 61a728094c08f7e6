package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.Claim;
import dev.weir.monitor.stats.ErrorRateTest;
import dev.weir.monitor.stats.GuardrailTest;
import dev.weir.monitor.stats.LatencyTest;
import dev.weir.monitor.stats.LevelCounts;
import dev.weir.monitor.stats.MeanTest;
import dev.weir.monitor.stats.PredictedClassTest;
import dev.weir.monitor.stats.ScoreTest;
import dev.weir.monitor.stats.ShownScale;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a guardrail says: makes the test of it, and knows which numbers of a unit the test is about.
 */
sealed interface Statement {
  /** A test that has seen nothing. */
  GuardrailTest newTest();

  /** Hands the right numbers to a test that {@link #newTest} made, or that was restored. */
  Judge judge(GuardrailTest test);

  /** Errors are at most so many times as frequent as the baseline's. */
  record ErrorRatio(double toleratedRatio, Set<Integer> statusCodes) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new ErrorRateTest(ErrorRateTest.Parameters.tolerating(toleratedRatio));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var errors = (ErrorRateTest) test;
      return new Judge.OfOutcomes(
          test, draw -> errors.update(draw.canaryProbability(), draw.errors(statusCodes)));
    }
  }

  /** The error rate keeps to a difference or a ceiling. */
  record ErrorShare(Claim claim, Set<Integer> statusCodes) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new MeanTest(MeanTest.Parameters.rare(claim, ShownScale.lessIsBetter("error rate")));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var mean = (MeanTest) test;
      return new Judge.OfOutcomes(
          test,
          draw -> {
            LevelCounts counts = mean.newCounts();
            counts.add(draw.canaryProbability(), draw.errors(statusCodes));
            mean.update(counts);
          });
    }
  }

  /** Answers are not slower. */
  record Latency(double toleratedRatio, long toleratedSlackNanos) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new LatencyTest(
          LatencyTest.Parameters.tolerating(toleratedRatio, toleratedSlackNanos));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var latency = (LatencyTest) test;
      return new Judge.OfOutcomes(
          test,
          draw ->
              latency.update(
                  draw.canaryProbability(),
                  draw.canary().latencies(),
                  draw.baseline().latencies()));
    }
  }

  /** Classes are not predicted more or less often. */
  record PredictedClass(double toleratedRatio) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new PredictedClassTest(PredictedClassTest.Parameters.tolerating(toleratedRatio));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var classes = (PredictedClassTest) test;
      return new Judge.OfSamples(
          test,
          units -> units.predictedClass().isPresent(),
          slice -> {
            var draws = new TreeMap<Double, List<Map<String, Long>>>();
            for (SampleUnit unit : slice) {
              List<Map<String, Long>> arms =
                  draws.computeIfAbsent(
                      unit.canaryProbability(), p -> List.of(new TreeMap<>(), new TreeMap<>()));
              unit.predictedClass()
                  .ifPresent(name -> arms.get(unit.canary() ? 1 : 0).merge(name, 1L, Long::sum));
            }
            draws.forEach((p, arms) -> classes.update(p, arms.get(1), arms.get(0)));
          });
    }
  }

  /** A number of the answer is not distributed differently. */
  record Score(String output, double toleratedRatio) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new ScoreTest(ScoreTest.Parameters.tolerating(toleratedRatio));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var scores = (ScoreTest) test;
      return new Judge.OfSamples(
          test,
          unit -> unit.score(output).isPresent(),
          slice -> {
            var draws = new TreeMap<Double, List<List<Double>>>();
            for (SampleUnit unit : slice) {
              List<List<Double>> arms =
                  draws.computeIfAbsent(
                      unit.canaryProbability(), p -> List.of(new ArrayList<>(), new ArrayList<>()));
              unit.score(output).ifPresent(arms.get(unit.canary() ? 1 : 0)::add);
            }
            draws.forEach((p, arms) -> scores.update(p, arms.get(1), arms.get(0)));
          });
    }
  }

  /** The canary is not less sure. */
  record Confidence(Claim claim) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new MeanTest(
          MeanTest.Parameters.number(claim, ShownScale.moreIsBetter("mean confidence")));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      return meanOfSamples(
          test,
          unit ->
              unit.confidence().isPresent()
                  ? OptionalDouble.of(1 - unit.confidence().getAsDouble())
                  : OptionalDouble.empty());
    }
  }

  /** Answers have what the signature promises. */
  record DataQuality(Claim claim) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new MeanTest(
          MeanTest.Parameters.rare(claim, ShownScale.lessIsBetter("incomplete answers")));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      return meanOfSamples(test, unit -> OptionalDouble.of(unit.incomplete() ? 1 : 0));
    }
  }

  /** Against labels, the canary is not worse. */
  record LabelQuality(LabelMeasure measure, Claim claim) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return measure.newTest(claim);
    }

    @Override
    public Judge judge(GuardrailTest test) {
      return new Judge.OfLabels(test, units -> measure.feed(test, units));
    }
  }

  /** A number that users report is not worse. */
  record Business(String metric, ShownScale scale, Claim claim) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new MeanTest(MeanTest.Parameters.number(claim, scale));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var mean = (MeanTest) test;
      return new Judge.OfBusiness(
          test,
          metric,
          units -> {
            LevelCounts counts = mean.newCounts();
            for (BusinessUnit unit : units) {
              counts.add(
                  unit.canaryProbability(), unit.canary(), scale.normalised(unit.value()), 1);
            }
            mean.update(counts);
          });
    }
  }

  /** The shadow answers as the version that serves. */
  record Shadow(Claim claim) implements Statement {
    @Override
    public GuardrailTest newTest() {
      return new MeanTest(
          MeanTest.Parameters.common(
              claim, ShownScale.moreIsBetter("agreement of shadow and primary")));
    }

    @Override
    public Judge judge(GuardrailTest test) {
      var mean = (MeanTest) test;
      return new Judge.OfPairs(
          test,
          disagreeing -> {
            LevelCounts counts = mean.newCounts();
            disagreeing.forEach(differs -> counts.add(JUDGED_ALONE, true, differs ? 1 : 0, 1));
            mean.update(counts);
          });
    }
  }

  /** Probability that goes with units that are compared with a bound and not with another arm. */
  double JUDGED_ALONE = 1;

  /** Judges the mean of a number of each sample: 0 (best) to 1; empty: the unit does not count. */
  private static Judge meanOfSamples(
      GuardrailTest test, Function<SampleUnit, OptionalDouble> badness) {
    var mean = (MeanTest) test;
    return new Judge.OfSamples(
        test,
        unit -> badness.apply(unit).isPresent(),
        slice -> {
          LevelCounts counts = mean.newCounts();
          for (SampleUnit unit : slice) {
            badness
                .apply(unit)
                .ifPresent(bad -> counts.add(unit.canaryProbability(), unit.canary(), bad, 1));
          }
          mean.update(counts);
        });
  }
}
