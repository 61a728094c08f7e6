package dev.weir.monitor.stats.sketch;

/** What was seen of one thing. */
public sealed interface Sketch permits NumberSketch, CategorySketch {
  /** All that was seen, missing values too. */
  long count();

  /** How many of them were missing. */
  long missing();

  /** Counts a value that is not there. */
  void addMissing();

  /**
   * Adds what another of the same kind saw.
   *
   * @throws IllegalArgumentException if it is of another kind
   */
  void merge(Sketch other);

  /** All state: the layout's version in the first byte, the kind in the second. */
  byte[] toBytes();

  /**
   * The sketch that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of no known version or kind, or damaged
   */
  static Sketch fromBytes(byte[] bytes) {
    byte kind = bytes.length < 2 ? 0 : bytes[1];
    return switch (kind) {
      case NumberSketch.KIND -> NumberSketch.fromBytes(bytes);
      case CategorySketch.KIND -> CategorySketch.fromBytes(bytes);
      default ->
          throw new IllegalArgumentException(
              "sketch: kind " + kind + " (expected: 'N' or 'K', in the second of 2 or more bytes)");
    };
  }
}
