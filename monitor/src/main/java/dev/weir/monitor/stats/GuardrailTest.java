package dev.weir.monitor.stats;

/**
 * One test of one statement about a canary. Single writer, not thread-safe; see the package for
 * what its caller must keep to.
 */
public sealed interface GuardrailTest
    permits ErrorRateTest, LatencyTest, PredictedClassTest, ScoreTest, MeanTest, MeasureTest {
  /**
   * Ends a slice: what was counted so far may from now on shape the bets, and the running maximum
   * takes in the evidence.
   */
  void closeSlice();

  /** Natural logarithm of the e-value now, open slice included. */
  double logEvidence();

  /** Largest {@link #logEvidence} at the end of any slice so far, at least 0. */
  double maxLogEvidence();

  /** The same with the observed rates, for people. */
  Evidence evidence();

  /** All state, open slice included. */
  byte[] toBytes();

  /**
   * A test from what {@link #toBytes} gave.
   *
   * @throws IllegalArgumentException if the bytes are of no known version or kind, or damaged
   */
  static GuardrailTest fromBytes(byte[] bytes) {
    return switch (StateReader.kindOf(bytes)) {
      case ErrorRateTest.KIND -> ErrorRateTest.fromBytes(bytes);
      case LatencyTest.KIND -> LatencyTest.fromBytes(bytes);
      case PredictedClassTest.KIND -> PredictedClassTest.fromBytes(bytes);
      case ScoreTest.KIND -> ScoreTest.fromBytes(bytes);
      case MeanTest.KIND -> MeanTest.fromBytes(bytes);
      case MeasureTest.KIND -> MeasureTest.fromBytes(bytes);
      default ->
          throw new IllegalArgumentException(
              "guardrail state: kind "
                  + StateReader.kindOf(bytes)
                  + " (expected: E, L, C, S, M or Q)");
    };
  }
}
