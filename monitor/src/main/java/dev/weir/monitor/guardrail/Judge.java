package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.GuardrailTest;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A guardrail's test with the way by which evidence reaches it. Mutable as its test is. */
sealed interface Judge {
  /** The test. */
  GuardrailTest test();

  /** Lives on counted outcomes. */
  record OfOutcomes(GuardrailTest test, Consumer<DrawOutcomes> take) implements Judge {}

  /**
   * Lives on samples.
   *
   * @param concerned whether a sample has what this test is about
   */
  record OfSamples(
      GuardrailTest test, Predicate<SampleUnit> concerned, Consumer<List<SampleUnit>> take)
      implements Judge {}

  /** Lives on labels that found their prediction. */
  record OfLabels(GuardrailTest test, Consumer<List<LabelledUnit>> take) implements Judge {}

  /** Lives on what users report about units. */
  record OfBusiness(GuardrailTest test, String metric, Consumer<List<BusinessUnit>> take)
      implements Judge {}

  /** Lives on the pairs of a mirror; each is whether the two answers differ. */
  record OfPairs(GuardrailTest test, Consumer<List<Boolean>> take) implements Judge {}
}
