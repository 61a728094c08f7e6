package dev.weir.monitor.history;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a series is about; decides what its sketches are. Stored by its word: never renamed. */
public enum SeriesKind {
  /** Requests and how they ended: {@link OutcomeTotals}. */
  OUTCOMES,
  /** Latency of the requests that were answered: {@link LatencyTotals}. */
  LATENCY;

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
      case OUTCOMES -> OutcomeTotals.fromBytes(bytes);
      case LATENCY -> LatencyTotals.fromBytes(bytes);
    };
  }
}
