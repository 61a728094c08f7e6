package dev.weir.router.policy;

import dev.weir.platform.regex.BoundedRegex;
import org.jspecify.annotations.Nullable;

/** What must hold of a value. Absent values pass no test. */
sealed interface ValueTest {
  /** It is there. */
  record Present() implements ValueTest {}

  /** It is this. */
  record Exact(String value) implements ValueTest {}

  /** It begins with this. */
  record Prefix(String start) implements ValueTest {}

  /** All of it matches. */
  record Regex(BoundedRegex expression) implements ValueTest {}

  /** Whether it holds; null: absent. */
  default boolean holds(@Nullable String value) {
    return value != null
        && switch (this) {
          case Present _ -> true;
          case Exact(var expected) -> value.equals(expected);
          case Prefix(var start) -> value.startsWith(start);
          case Regex(var expression) -> expression.matches(value);
        };
  }
}
