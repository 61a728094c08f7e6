package dev.weir.monitor.history;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a series is about; decides what its sketches are. Stored by its word: never renamed. */
public enum SeriesKind {
  /** Requests and how they ended: {@link OutcomeTotals}. */
  OUTCOMES,
  /** Latency of the requests that were answered: {@link LatencyTotals}. */
  LATENCY,
  /** Predicted classes, one a row: {@link SketchTotals} of categories. */
  CLASS,
  /** Highest class probability, one a row: {@link SketchTotals} of numbers. */
  CONFIDENCE,
  /** Predicted numbers, one a row: {@link SketchTotals} of numbers. */
  PREDICTED_VALUE,
  /**
   * Predictions whose label came, {@code right} or {@code wrong}, by the time of the prediction.
   */
  LABELS,
  /** One feature of the inputs, by name: {@link SketchTotals} of numbers or of categories. */
  FEATURE,
  /** Calls that other senders' spans told of, and how they ended: {@link OutcomeTotals}. */
  FOREIGN_OUTCOMES,
  /** Latency of those that were answered: {@link LatencyTotals}. */
  FOREIGN_LATENCY;

  /** Its word, in the database, in queries and in answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind with a word. */
  static Optional<SeriesKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /**
   * A sketch from its bytes.
   *
   * @throws IllegalArgumentException when they are damaged
   */
  HistoryValue read(byte[] bytes) {
    return switch (this) {
      case OUTCOMES, FOREIGN_OUTCOMES -> OutcomeTotals.fromBytes(bytes);
      case LATENCY, FOREIGN_LATENCY -> LatencyTotals.fromBytes(bytes);
      case CLASS, CONFIDENCE, PREDICTED_VALUE, LABELS, FEATURE -> SketchTotals.fromBytes(bytes);
    };
  }
}
