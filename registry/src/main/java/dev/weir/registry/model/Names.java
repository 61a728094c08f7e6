package dev.weir.registry.model;

import dev.weir.platform.error.InvalidValueException;
import java.util.regex.Pattern;

/** Rules for what things may be called: each method returns its value or throws. */
public final class Names {
  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern SHORT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private Names() {}

  /** A model's or a route's name. */
  public static String model(String field, String value) {
    return matching(
        MODEL,
        field,
        value,
        "1 to 128 characters of A-Z a-z 0-9 . _ -, starting with a letter or digit");
  }

  /** The name of a variant, an alias or a guardrail. */
  public static String inner(String field, String value) {
    return matching(
        SHORT,
        field,
        value,
        "1 to 64 characters of A-Z a-z 0-9 . _ -, starting with a letter or digit");
  }

  /** A SHA-256. */
  public static String sha256(String field, String value) {
    return matching(SHA256, field, value, "64 lower-case hexadecimal digits");
  }

  /** Free text for people, at most so many characters. */
  public static String text(String field, String value, int maxLength) {
    if (value.length() > maxLength) {
      throw new InvalidValueException(field, value, "at most " + maxLength + " characters");
    }
    return value;
  }

  private static String matching(Pattern pattern, String field, String value, String rule) {
    if (!pattern.matcher(value).matches()) {
      throw new InvalidValueException(field, value.isEmpty() ? "\"\"" : value, rule);
    }
    return value;
  }
}
