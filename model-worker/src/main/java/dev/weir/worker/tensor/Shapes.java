package dev.weir.worker.tensor;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Shapes: lists of dimensions, outermost first; no dimension is one element. */
public final class Shapes {
  /** A dimension of any size, in a signature. */
  public static final long ANY = -1;

  private static final int SHOWN_DIMENSIONS = 16;

  private Shapes() {}

  /** Number of elements; empty when a dimension is negative or the number does not fit. */
  public static OptionalLong elements(List<Long> shape) {
    long count = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        return OptionalLong.empty();
      }
      long high = Math.multiplyHigh(count, dimension);
      count *= dimension;
      if (high != 0 || count < 0) {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.of(count);
  }

  /**
   * Whether a shape is one that the specification allows: as many dimensions, each equal or of any
   * size.
   */
  public static boolean fits(List<Long> shape, List<Long> specified) {
    if (shape.size() != specified.size()) {
      return false;
    }
    for (int i = 0; i < shape.size(); i++) {
      long wanted = specified.get(i);
      if (wanted != ANY && wanted != shape.get(i)) {
        return false;
      }
    }
    return true;
  }

  /** The smallest shape that a specification allows: every dimension of any size is 1. */
  public static List<Long> smallest(List<Long> specified) {
    return specified.stream().map(d -> d == ANY ? 1L : d).toList();
  }

  /** "[2,16]"; long ones are cut. */
  public static String show(List<Long> shape) {
    String shown =
        shape.stream()
            .limit(SHOWN_DIMENSIONS)
            .map(String::valueOf)
            .collect(Collectors.joining(","));
    return "[" + shown + (shape.size() > SHOWN_DIMENSIONS ? ",..." : "") + "]";
  }
}
