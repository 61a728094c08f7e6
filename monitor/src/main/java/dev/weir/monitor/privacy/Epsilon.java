package dev.weir.monitor.privacy;

import dev.weir.platform.error.InvalidValueException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount of privacy loss (the epsilon of differential privacy), in whole millionths: sums of
 * what was spent are exact, and the noise is drawn with whole numbers alone.
 *
 * @param millionths 1 to 1,000,000,000
 */
record Epsilon(long millionths) {
  static final long UNIT = 1_000_000;
  private static final long MOST = 1_000 * UNIT;

  Epsilon {
    if (millionths < 1 || millionths > MOST) {
      throw new InvalidValueException("epsilon", show(millionths), "0.000001 to 1000");
    }
  }

  /**
   * The largest amount that is not above a number.
   *
   * @throws InvalidValueException when it is below a millionth, above 1000, or no number
   */
  static Epsilon of(double epsilon) {
    if (!(epsilon >= 0 && epsilon <= MOST / (double) UNIT)) {
      throw new InvalidValueException("epsilon", epsilon, "0.000001 to 1000");
    }
    return new Epsilon(
        BigDecimal.valueOf(epsilon)
            .movePointRight(6)
            .setScale(0, RoundingMode.FLOOR)
            .longValueExact());
  }

  /** A number of millionths as text. */
  static String show(long millionths) {
    return BigDecimal.valueOf(millionths, 6).stripTrailingZeros().toPlainString();
  }

  /** As a number. */
  double value() {
    return (double) millionths / UNIT;
  }
}
