package dev.weir.platform.error;

/**
 * A value that somebody outside gave and that cannot be used. Its message has the one form of the
 * house: {@code name: value (expected: rule)}, to which whoever knows the source adds {@code , from
 * file:key}.
 */
public final class InvalidValueException extends IllegalArgumentException {
  private static final int SHOWN_VALUE_LENGTH = 200;

  private final String name;
  private final String shownValue;
  private final String expected;

  /**
   * @param name what the value is called where the user wrote it
   * @param value the value, shown cut to 200 characters
   * @param expected the rule, as a phrase: "1 to 65535"
   */
  public InvalidValueException(String name, Object value, String expected) {
    this(name, shorten(String.valueOf(value)), expected, "");
  }

  private InvalidValueException(String name, String shownValue, String expected, String from) {
    super(
        name
            + ": "
            + shownValue
            + " (expected: "
            + expected
            + ")"
            + (from.isEmpty() ? "" : ", from " + from));
    this.name = name;
    this.shownValue = shownValue;
    this.expected = expected;
  }

  /** The same refusal, named by the full path and with its source said. */
  public InvalidValueException from(String fullName, String source) {
    return new InvalidValueException(fullName, shownValue, expected, source);
  }

  /** Name of the value. */
  public String name() {
    return name;
  }

  private static String shorten(String value) {
    return value.length() <= SHOWN_VALUE_LENGTH
        ? value
        : value.substring(0, SHOWN_VALUE_LENGTH) + "... (" + value.length() + " characters)";
  }
}
