package dev.weir.platform.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedRegexTest {
  private static boolean matches(String expression, String value) {
    return BoundedRegex.compile("regex", expression).matches(value);
  }

  @Test
  void the_whole_value_must_match() {
    assertThat(matches("eu-.*", "eu-west")).isTrue();
    assertThat(matches("eu-.*", "xeu-west")).isFalse();
    assertThat(matches("eu", "eu-west")).isFalse();
    assertThat(matches("(?i)EU(-west)?", "eu-West")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "([0-9a-f]{2}:){5}[0-9a-f]{2}",
        "\\p{Greek}+",
        "[]}{]{3}",
        "[[:alpha:]{}]+",
        "a{b",
        "spiffe://prod/(shop|cart)/.{1,64}"
      })
  void what_people_write_is_accepted(String expression) {
    assertThat(BoundedRegex.compile("regex", expression)).hasToString(expression);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{100}){100}){100}",
        "(((((x{999}){999}){999}){999}){999})",
        "a{1000}b{1000}",
        "(\\w{30}[a-z]{30}){30}"
      })
  void what_would_get_large_is_refused_before_it_is_compiled(String expression) {
    assertThatThrownBy(() -> BoundedRegex.compile("regex", expression))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "regex: \""
                + expression
                + "\" (expected: at most 1000 instructions, repetitions written out)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "(", "a**", "[b-a]", "(?=x)", "\\1", "x{2,1}"})
  void what_is_no_expression_is_refused(String expression) {
    assertThatThrownBy(() -> BoundedRegex.compile("regex", expression))
        .isInstanceOf(InvalidValueException.class);
  }

  /** RE2/J 1.8 does not come back from the first three. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?i)[\u1c80-\u1c8a]",
        "(?i)[a-\ud83d\ude00]",
        "(?i)[\\x{1c80}-\\x{1c8a}]",
        "\u00e9",
        "a\tb"
      })
  void expressions_are_written_in_plain_characters(String expression) {
    assertThatThrownBy(() -> BoundedRegex.compile("regex", expression))
        .hasMessageEndingWith(
            "(expected: printable ASCII without \\x; for other characters . or \\p)");
  }

  @Test
  void every_character_can_be_looked_at_without_its_case() {
    BoundedRegex regex = BoundedRegex.compile("regex", "(?i)[k-z]|s|\\p{Greek}");
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      regex.matches(Character.toString(c));
    }
    assertThat(regex.matches("\u212a")).isTrue();
  }

  @Test
  void long_values_do_not_match() {
    assertThat(matches("a*", "a".repeat(BoundedRegex.LONGEST_VALUE))).isTrue();
    assertThat(matches("a*", "a".repeat(BoundedRegex.LONGEST_VALUE + 1))).isFalse();
  }

  /** Whatever is written: compiled, or refused in the one form. Never anything else, never slow. */
  @Test
  void random_expressions_are_compiled_or_refused() {
    long seed = 20_261_125;
    RandomGenerator random = Randomness.seeded(seed);
    String[] pieces = {
      "(",
      ")",
      "{",
      "}",
      "{2}",
      "{1000}",
      "{9,}",
      "[",
      "]",
      "[^",
      "[:",
      ":]",
      "\\",
      "\\Q",
      "\\E",
      "\\p{",
      "\\x{",
      "*",
      "+",
      "?",
      "|",
      "^",
      "$",
      ".",
      "a",
      "-",
      ",",
      "(?",
      "(?:",
      "(?i)",
      "\u00e9",
      "\ud83d\ude00",
      "{999}",
      "0"
    };
    for (int i = 0; i < 5_000; i++) {
      var expression = new StringBuilder();
      for (int n = random.nextInt(1, 30); n > 0; n--) {
        expression.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        BoundedRegex.compile("regex", expression.toString()).matches("aaaa-0,\u00e9");
      } catch (InvalidValueException refused) {
        assertThat(refused).hasMessageStartingWith("regex: ");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ": " + expression, e);
      }
    }
  }
}
