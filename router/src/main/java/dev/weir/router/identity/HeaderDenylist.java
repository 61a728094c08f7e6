package dev.weir.router.identity;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells which request headers are kept from workers. Immutable, thread-safe; allocates nothing when
 * asked. Most names end at the look at their first character.
 */
public final class HeaderDenylist {
  private static final int CHARACTERS = 128;

  /** By first character. */
  private final Pattern[][] byFirst = new Pattern[CHARACTERS][];

  private record Pattern(String text, boolean isPrefix) {
    boolean fits(CharSequence name) {
      int length = text.length();
      if (isPrefix ? name.length() < length : name.length() != length) {
        return false;
      }
      for (int i = 1; i < length; i++) {
        if (name.charAt(i) != text.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Of checked patterns.
   *
   * @param patterns names in lower case, or their begin followed by {@code *}
   */
  public HeaderDenylist(List<String> patterns) {
    for (char first = 0; first < CHARACTERS; first++) {
      var list = new ArrayList<Pattern>();
      for (String pattern : patterns) {
        if (pattern.charAt(0) == first) {
          boolean isPrefix = pattern.endsWith("*");
          String text = isPrefix ? pattern.substring(0, pattern.length() - 1) : pattern;
          list.add(new Pattern(text, isPrefix));
        }
      }
      byFirst[first] = list.toArray(new Pattern[0]);
    }
  }

  /**
   * Whether a header is kept from workers.
   *
   * @param name in lower case, as HTTP/2 has it
   */
  public boolean denies(CharSequence name) {
    if (name.isEmpty()) {
      return false;
    }
    char first = name.charAt(0);
    if (first >= CHARACTERS) {
      return false;
    }
    for (Pattern pattern : byFirst[first]) {
      if (pattern.fits(name)) {
        return true;
      }
    }
    return false;
  }
}
