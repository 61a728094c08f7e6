package dev.weir.monitor.scale;

import dev.weir.platform.error.InvalidValueException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of several equal parts.
 *
 * @param index from 0
 * @param count parts that there are, 1 to 1,000
 */
record Share(int index, int count) {
  /** All there is. */
  static final Share WHOLE = new Share(0, 1);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,4})/(\\d{1,4})");
  private static final int MOST = 1_000;

  Share {
    if (count < 1 || count > MOST || index < 0 || index >= count) {
      throw new InvalidValueException(
          "share", index + "/" + count, "index/count with 0 <= index < count <= " + MOST);
    }
  }

  /** Reads {@code index/count}. */
  static Share parse(String name, String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new InvalidValueException(name, text, "index/count with 0 <= index < count <= " + MOST);
    }
    return new Share(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public String toString() {
    return index + "/" + count;
  }
}
