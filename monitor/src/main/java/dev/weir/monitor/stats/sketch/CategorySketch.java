package dev.weir.monitor.stats.sketch;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Categories: how often each came, exactly, for the first {@code most} different ones; further ones
 * are one, "other". Two sketches that had room for all their categories are added exactly.
 *
 * <pre>
 *   uint8   version, 1            int64   other
 *   uint8   'K'                   uint16 n, n x (text, int64 count)
 *   uint16  most                  (text: uint16 length, UTF-8)
 *   int64   missing
 * </pre>
 */
public final class CategorySketch implements Sketch {
  /** Longest name of a category, UTF-16 units; longer ones are cut. */
  public static final int MAX_NAME = 64;

  static final byte KIND = 'K';
  private static final int VERSION = 1;

  private final int most;
  private final TreeMap<String, Long> counts = new TreeMap<>();
  private long counted;
  private long other;
  private long missing;

  /**
   * Nothing seen.
   *
   * @param most categories told apart, 1 to 10,000
   */
  public CategorySketch(int most) {
    if (most < 1 || most > 10_000) {
      throw new IllegalArgumentException("most: " + most + " (expected: 1 to 10000)");
    }
    this.most = most;
  }

  private CategorySketch(StateReader in) {
    this(in.uint16());
    this.missing = in.count();
    this.other = in.count();
    int size = in.uint16();
    if (size > most) {
      throw in.damaged("categories " + size + " (expected: at most " + most + ")");
    }
    for (int i = 0; i < size; i++) {
      String name = in.text();
      long count = in.count();
      counts.put(name, count);
      counted += count;
    }
    in.end();
  }

  /** Counts a value. */
  public void add(String category) {
    add(category, 1);
  }

  /**
   * Counts a value several times.
   *
   * @param times at least 0
   */
  public void add(String category, long times) {
    String name = category.length() <= MAX_NAME ? category : category.substring(0, MAX_NAME);
    Long before = counts.get(name);
    if (before != null || counts.size() < most) {
      counts.put(name, (before == null ? 0 : before) + times);
      counted += times;
    } else {
      other += times;
    }
  }

  @Override
  public void addMissing() {
    missing++;
  }

  @Override
  public void merge(Sketch that) {
    if (!(that instanceof CategorySketch categories)) {
      throw new IllegalArgumentException("that: a sketch of numbers (expected: of categories)");
    }
    categories.counts.forEach(this::add);
    other += categories.other;
    missing += categories.missing;
  }

  @Override
  public long count() {
    return counted + other + missing;
  }

  @Override
  public long missing() {
    return missing;
  }

  /** Values for which there was no room to be told apart. */
  public long other() {
    return other;
  }

  /** Values that are there. */
  public long present() {
    return counted + other;
  }

  /** How often each category came, by name. */
  public Map<String, Long> counts() {
    return Collections.unmodifiableMap(counts);
  }

  @Override
  public byte[] toBytes() {
    var out =
        new StateWriter(VERSION, KIND)
            .uint16(most)
            .int64(missing)
            .int64(other)
            .uint16(counts.size());
    counts.forEach((name, count) -> out.text(name).int64(count));
    return out.toBytes();
  }

  static CategorySketch fromBytes(byte[] bytes) {
    return new CategorySketch(new StateReader("category sketch", VERSION, KIND, bytes));
  }
}
