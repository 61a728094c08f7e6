package dev.weir.router.policy;

/** The number in a version's text. */
final class VersionNumber {
  private static final int MAX_DIGITS = 18;

  private VersionNumber() {}

  /** The number, leading zeros ignored; -1 when the text is no positive decimal number. */
  static long parse(String text) {
    int start = 0;
    while (start < text.length() - 1 && text.charAt(start) == '0') {
      start++;
    }
    if (text.isEmpty() || text.length() - start > MAX_DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = start; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + (digit - '0');
    }
    return number == 0 ? -1 : number;
  }
}
