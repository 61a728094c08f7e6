package dev.weir.registry.model;

import dev.weir.platform.error.InvalidValueException;
import java.util.Comparator;

/**
 * Names one version of one model. Ordered by model, then by number.
 *
 * @param model model name
 * @param number 1 to 999,999,999,999,999,999
 */
public record VersionId(String model, long number) implements Comparable<VersionId> {
  private static final int MAX_DIGITS = 18;
  private static final Comparator<VersionId> ORDER =
      Comparator.comparing(VersionId::model).thenComparingLong(VersionId::number);

  /** Reads a version as clients write it; both parts are checked. */
  public static VersionId parse(
      String modelField, String model, String versionField, String version) {
    return new VersionId(Names.model(modelField, model), number(versionField, version));
  }

  /** A version's number from its text. */
  public static long number(String field, String version) {
    boolean digits =
        !version.isEmpty()
            && version.length() <= MAX_DIGITS
            && version.chars().allMatch(c -> c >= '0' && c <= '9')
            && version.charAt(0) != '0';
    if (!digits) {
      throw new InvalidValueException(
          field,
          version.isEmpty() ? "\"\"" : version,
          "a positive decimal number without leading zeros, at most 18 digits");
    }
    return Long.parseLong(version);
  }

  /** The version's number as text. */
  public String version() {
    return Long.toString(number);
  }

  @Override
  public int compareTo(VersionId other) {
    return ORDER.compare(this, other);
  }

  /** {@code fraud/3}. */
  @Override
  public String toString() {
    return model + "/" + number;
  }
}
