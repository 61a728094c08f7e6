package dev.weir.platform.regex;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weir.platform.error.InvalidValueException;

/**
 * A regular expression in RE2's syntax that nobody can hurt the process with: it is matched in time
 * linear in the value's length, by RE2/J, and both the expression and the value are bounded.
 * Thread-safe.
 */
public final class BoundedRegex {
  /** Longest expression, characters. */
  public static final int LONGEST_EXPRESSION = 256;

  /** Longest value, characters; longer ones do not match. */
  public static final int LONGEST_VALUE = 512;

  private final Pattern pattern;

  private BoundedRegex(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * @param name what the expression is called where the user wrote it
   * @throws InvalidValueException when it is none, or is too large
   */
  public static BoundedRegex compile(String name, String expression) {
    if (expression.isEmpty() || expression.length() > LONGEST_EXPRESSION) {
      throw refused(name, expression, "1 to " + LONGEST_EXPRESSION + " characters");
    }
    if (!isPlain(expression)) {
      throw refused(name, expression, "printable ASCII without \\x; for other characters . or \\p");
    }
    if (RegexSize.of(expression) > RegexSize.LARGEST) {
      throw tooLarge(name, expression);
    }
    try {
      Pattern pattern = Pattern.compile(expression);
      if (pattern.programSize() > RegexSize.LARGEST) {
        throw tooLarge(name, expression);
      }
      return new BoundedRegex(pattern);
    } catch (PatternSyntaxException e) {
      throw refused(name, expression, "a regular expression of RE2: " + e.getDescription());
    }
  }

  /**
   * RE2/J 1.8 never comes back from some ignored cases of characters that its tables do not know
   * and the JDK's do, such as {@code (?i)[U+1C80-U+1C8A]}. Without such characters, and other ways
   * to write them, it does.
   */
  private static boolean isPlain(String expression) {
    return expression.chars().allMatch(c -> c >= ' ' && c <= '~') && !expression.contains("\\x");
  }

  private static InvalidValueException tooLarge(String name, String expression) {
    return refused(
        name,
        expression,
        "at most " + RegexSize.LARGEST + " instructions, repetitions written out");
  }

  private static InvalidValueException refused(String name, String expression, String rule) {
    return new InvalidValueException(name, "\"" + expression + "\"", rule);
  }

  /** Whether all of the value matches. */
  public boolean matches(String value) {
    return value.length() <= LONGEST_VALUE && pattern.matches(value);
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }
}
