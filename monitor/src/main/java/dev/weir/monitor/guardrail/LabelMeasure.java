package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.Claim;
import dev.weir.monitor.stats.GuardrailTest;
import dev.weir.monitor.stats.LevelCounts;
import dev.weir.monitor.stats.MeanTest;
import dev.weir.monitor.stats.Measure;
import dev.weir.monitor.stats.MeasureTest;
import dev.weir.monitor.stats.ShownScale;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What is measured of predictions that have their label. */
sealed interface LabelMeasure {
  /** A test that has seen nothing. */
  GuardrailTest newTest(Claim claim);

  /** Hands units to a test that {@link #newTest} made. */
  void feed(GuardrailTest test, List<LabelledUnit> units);

  /** How the measure is shown. */
  ShownScale scale();

  /** The mean of a number that each unit has. */
  sealed interface OfMean extends LabelMeasure {
    /** 0 (best) to 1; empty: the unit does not count. */
    OptionalDouble badness(LabelledUnit unit);

    @Override
    default void feed(GuardrailTest test, List<LabelledUnit> units) {
      var mean = (MeanTest) test;
      LevelCounts counts = mean.newCounts();
      for (LabelledUnit unit : units) {
        badness(unit).ifPresent(bad -> counts.add(unit.canaryProbability(), unit.canary(), bad, 1));
      }
      mean.update(counts);
    }
  }

  /** A measure of counted events that is no mean. */
  sealed interface OfEvents extends LabelMeasure {
    /** Which one. */
    Measure measure();

    @Override
    default GuardrailTest newTest(Claim claim) {
      return new MeasureTest(new MeasureTest.Parameters(measure(), claim, scale()));
    }
  }

  /** Share of right classes. */
  record Accuracy() implements OfMean {
    @Override
    public ShownScale scale() {
      return ShownScale.moreIsBetter("accuracy");
    }

    @Override
    public GuardrailTest newTest(Claim claim) {
      return new MeanTest(MeanTest.Parameters.common(claim, scale()));
    }

    @Override
    public OptionalDouble badness(LabelledUnit unit) {
      return unit.hasClasses() ? OptionalDouble.of(unit.isWrong() ? 1 : 0) : OptionalDouble.empty();
    }
  }

  /** Of the units whose label is a class, the share that was predicted so. */
  record Recall(String positive) implements OfMean {
    @Override
    public ShownScale scale() {
      return ShownScale.moreIsBetter("recall of " + positive);
    }

    @Override
    public GuardrailTest newTest(Claim claim) {
      return new MeanTest(MeanTest.Parameters.common(claim, scale()));
    }

    @Override
    public OptionalDouble badness(LabelledUnit unit) {
      return unit.hasClasses() && unit.trueClass().equals(positive)
          ? OptionalDouble.of(unit.isWrong() ? 1 : 0)
          : OptionalDouble.empty();
    }
  }

  /** Mean of -ln(probability of the true class). */
  record LogLoss(double most) implements OfMean {
    @Override
    public ShownScale scale() {
      return ShownScale.upTo("log loss", most);
    }

    @Override
    public GuardrailTest newTest(Claim claim) {
      return new MeanTest(MeanTest.Parameters.number(claim, scale()));
    }

    @Override
    public OptionalDouble badness(LabelledUnit unit) {
      OptionalDouble given =
          unit.trueClass().isEmpty()
              ? OptionalDouble.empty()
              : unit.probabilityOf(unit.trueClass());
      return given.isEmpty()
          ? given
          : OptionalDouble.of(scale().normalised(-Math.log(given.getAsDouble())));
    }
  }

  /** Mean absolute error of the value. */
  record MeanAbsoluteError(double most) implements OfMean {
    @Override
    public ShownScale scale() {
      return ShownScale.upTo("mean absolute error", most);
    }

    @Override
    public GuardrailTest newTest(Claim claim) {
      return new MeanTest(MeanTest.Parameters.number(claim, scale()));
    }

    @Override
    public OptionalDouble badness(LabelledUnit unit) {
      OptionalDouble error = unit.absoluteError();
      return error.isEmpty() ? error : OptionalDouble.of(scale().normalised(error.getAsDouble()));
    }
  }

  /** Root of the mean squared error of the value. */
  record RootMeanSquaredError(double most) implements OfEvents {
    @Override
    public ShownScale scale() {
      return ShownScale.upTo("root mean squared error", most);
    }

    @Override
    public Measure measure() {
      return Measure.RMSE;
    }

    @Override
    public void feed(GuardrailTest test, List<LabelledUnit> units) {
      for (LabelledUnit unit : units) {
        OptionalDouble error = unit.absoluteError();
        if (error.isPresent()) {
          double level = scale().normalised(error.getAsDouble()) * (Measure.RMSE.events() - 1);
          ((MeasureTest) test).update(unit.canary(), (int) Math.round(level), 1);
        }
      }
    }
  }

  /** Of the units predicted to be a class, the share that is. */
  record Precision(String positive) implements OfEvents {
    @Override
    public ShownScale scale() {
      return ShownScale.moreIsBetter("precision of " + positive);
    }

    @Override
    public Measure measure() {
      return Measure.PRECISION;
    }

    @Override
    public void feed(GuardrailTest test, List<LabelledUnit> units) {
      for (LabelledUnit unit : units) {
        if (unit.hasClasses() && unit.predictedClass().equals(positive)) {
          ((MeasureTest) test).update(unit.canary(), unit.isWrong() ? 1 : 0, 1);
        }
      }
    }
  }

  /** Harmonic mean of precision and recall of a class. */
  record F1(String positive) implements OfEvents {
    @Override
    public ShownScale scale() {
      return ShownScale.moreIsBetter("F1 of " + positive);
    }

    @Override
    public Measure measure() {
      return Measure.F1;
    }

    @Override
    public void feed(GuardrailTest test, List<LabelledUnit> units) {
      for (LabelledUnit unit : units) {
        boolean predicted = unit.predictedClass().equals(positive);
        boolean actual = unit.trueClass().equals(positive);
        if (unit.hasClasses() && (predicted || actual)) {
          ((MeasureTest) test).update(unit.canary(), predicted && actual ? 0 : 1, 1);
        }
      }
    }
  }

  /**
   * Area under the ROC curve. Pairs are made of a positive and a negative unit of one arm that came
   * with the same batch of labels, each used once; what is left over is not used.
   */
  record Auc(String positive) implements OfEvents {
    @Override
    public ShownScale scale() {
      return ShownScale.moreIsBetter("AUC of " + positive);
    }

    @Override
    public Measure measure() {
      return Measure.AUC;
    }

    @Override
    public void feed(GuardrailTest test, List<LabelledUnit> units) {
      for (boolean canary : new boolean[] {false, true}) {
        var positives = new ArrayList<Double>();
        var negatives = new ArrayList<Double>();
        for (LabelledUnit unit : units) {
          if (unit.canary() == canary && !unit.trueClass().isEmpty()) {
            OptionalDouble score = unit.probabilityOf(positive);
            if (score.isPresent()) {
              (unit.trueClass().equals(positive) ? positives : negatives).add(score.getAsDouble());
            }
          }
        }
        for (int i = 0; i < Math.min(positives.size(), negatives.size()); i++) {
          int comparison = Double.compare(positives.get(i), negatives.get(i));
          ((MeasureTest) test).update(canary, comparison > 0 ? 0 : comparison == 0 ? 1 : 2, 1);
        }
      }
    }
  }
}
