package dev.weir.monitor.stats;

import java.util.Locale;

/**
 * How a number between 0 (best) and 1 (worst) is shown to people.
 *
 * @param measure what it is: "error rate", "accuracy", "mean absolute error"
 * @param atZero what 0 stands for
 * @param atOne what 1 stands for; may be under {@code atZero}: accuracy has 1 and 0
 * @param share shown in per cent
 */
public record ShownScale(String measure, double atZero, double atOne, boolean share) {
  public ShownScale {
    if (!(Double.isFinite(atZero) && Double.isFinite(atOne) && atZero != atOne)) {
      throw new IllegalArgumentException(
          "scale: %s to %s (expected: two finite numbers that differ)".formatted(atZero, atOne));
    }
    if (measure.isBlank() || measure.length() > 256) {
      throw new IllegalArgumentException(
          "measure: \"" + measure + "\" (expected: 1 to 256 characters)");
    }
  }

  /** A share of which less is better. */
  public static ShownScale lessIsBetter(String measure) {
    return new ShownScale(measure, 0, 1, true);
  }

  /** A share of which more is better. */
  public static ShownScale moreIsBetter(String measure) {
    return new ShownScale(measure, 1, 0, true);
  }

  /** A loss or an error, 0 to {@code scale}. */
  public static ShownScale upTo(String measure, double scale) {
    return new ShownScale(measure, 0, scale, false);
  }

  /** What is shown for {@code y}. */
  public double shown(double y) {
    return atZero + y * (atOne - atZero);
  }

  /** A difference as it is shown. */
  public double shownDifference(double y) {
    return y * (atOne - atZero);
  }

  /** The number in 0..1 for a value, values beyond the ends as the ends. */
  public double normalised(double value) {
    return Math.clamp((value - atZero) / (atOne - atZero), 0.0, 1.0);
  }

  /** "12.3 %", "0.0421". */
  String words(double y) {
    double value = shown(y);
    return share ? Words.percent(value) : String.format(Locale.ROOT, "%.4g", value);
  }

  void writeTo(StateWriter out) {
    out.text(measure).float64(atZero).float64(atOne).uint8(share ? 1 : 0);
  }

  static ShownScale readFrom(StateReader in) {
    return new ShownScale(in.text(), in.float64(), in.float64(), in.uint8() == 1);
  }
}
