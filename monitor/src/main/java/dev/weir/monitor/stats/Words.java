package dev.weir.monitor.stats;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
final class Words {
  private Words() {}

  /** "12.3 % (37 of 301)", or "nothing seen". */
  static String share(long hits, long units) {
    return units == 0
        ? "nothing seen"
        : String.format(
            Locale.ROOT, "%s (%,d of %,d)", percent((double) hits / units), hits, units);
  }

  /** "12.3 %"; small shares keep two significant digits. */
  static String percent(double share) {
    double percent = 100 * share;
    return percent == 0 || percent >= 1
        ? String.format(Locale.ROOT, "%.1f %%", percent)
        : String.format(Locale.ROOT, percent >= 0.1 ? "%.2f %%" : "%.2g %%", percent);
  }

  /** "30", "2.2", "1.38". */
  static String ratio(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** "14.2 ms", "870 us", "2.05 s". */
  static String duration(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return "68.7 s";
    }
    if (nanos < 1_000_000) {
      return threeDigits(nanos / 1e3) + " us";
    }
    return nanos < 1_000_000_000
        ? threeDigits(nanos / 1e6) + " ms"
        : threeDigits(nanos / 1e9) + " s";
  }

  private static String threeDigits(double value) {
    int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
