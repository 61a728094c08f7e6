package dev.weir.monitor.stats.label;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each class was predicted, was true, and both: what precision and recall are made of.
 * Told apart are the first 32 classes that come. Mutable, single writer.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'p' · uint8 n, n x (text class, int64 predicted, int64 actual, int64 right)
 * </pre>
 */
public final class ClassCounts {
  private static final byte KIND = 'p';
  private static final int VERSION = 1;
  private static final int MOST_CLASSES = 32;
  private static final int LONGEST_NAME = 64;

  private final Map<String, Count> counts = new LinkedHashMap<>();

  /**
   * Of one class.
   *
   * @param predicted predictions that said it
   * @param actual labels that say it
   * @param right predictions that said it and were right
   */
  public record Count(long predicted, long actual, long right) {
    private static final Count NONE = new Count(0, 0, 0);

    public Count {
      if (right < 0 || right > predicted || right > actual) {
        throw new IllegalArgumentException(
            "right: " + right + " (expected: 0 to " + Math.min(predicted, actual) + ")");
      }
    }
  }

  /** Takes a prediction with its label. */
  public void add(String predicted, String actual) {
    boolean right = predicted.equals(actual);
    add(predicted, 1, right ? 1 : 0, right ? 1 : 0);
    if (!right) {
      add(actual, 0, 1, 0);
    }
  }

  private void add(String name, int predicted, int actual, int right) {
    String kept = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    Count before = counts.get(kept);
    if (before == null && counts.size() >= MOST_CLASSES) {
      return;
    }
    Count known = before == null ? Count.NONE : before;
    counts.put(
        kept, new Count(known.predicted + predicted, known.actual + actual, known.right + right));
  }

  /** By class, in the order in which they came. */
  public Map<String, Count> counts() {
    return new LinkedHashMap<>(counts);
  }

  /** All state. */
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).uint8(counts.size());
    counts.forEach((name, count) ->
        out.text(name).int64(count.predicted).int64(count.actual).int64(count.right));
    return out.toBytes();
  }

  /**
   * The counts that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static ClassCounts fromBytes(byte[] bytes) {
    var in = new StateReader("class counts", VERSION, KIND, bytes);
    var read = new ClassCounts();
    int size = in.uint8();
    if (size > MOST_CLASSES) {
      throw in.damaged(size + " classes (expected: at most " + MOST_CLASSES + ")");
    }
    for (int i = 0; i < size; i++) {
      read.counts.put(in.text(), new Count(in.count(), in.count(), in.count()));
    }
    in.end();
    return read;
  }
}
