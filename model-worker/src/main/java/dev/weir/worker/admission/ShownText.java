package dev.weir.worker.admission;

/** Text from outside, made fit for messages and logs. */
public final class ShownText {
  private static final int MAX_CHARACTERS = 120;

  private ShownText() {}

  /** The text without control characters, cut to 120 characters. */
  public static String of(String text) {
    var shown = new StringBuilder();
    int end = Math.min(text.length(), MAX_CHARACTERS);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return end < text.length() ? shown.append("...").toString() : shown.toString();
  }
}
