package dev.weir.router.policy;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** What must hold of a value. Absent values pass no test. */
sealed interface ValueTest {
  /** It is there. */
  record Present() implements ValueTest {}

  /** It is this. */
  record Exact(String value) implements ValueTest {}

  /** It begins with this. */
  record Prefix(String start) implements ValueTest {}

  /**
   * All of it matches: in time linear in its length (RE2), which is bounded besides. Longer values
   * do not match.
   */
  record Regex(Pattern pattern) implements ValueTest {
    /** Longest value that is looked at, characters. */
    static final int LONGEST = 512;
  }

  /** Whether it holds; null: absent. */
  default boolean holds(@Nullable String value) {
    return value != null
        && switch (this) {
          case Present _ -> true;
          case Exact(var expected) -> value.equals(expected);
          case Prefix(var start) -> value.startsWith(start);
          case Regex(var pattern) -> value.length() <= Regex.LONGEST && pattern.matches(value);
        };
  }
}
