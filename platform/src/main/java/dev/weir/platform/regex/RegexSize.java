package dev.weir.platform.regex;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large a regular expression's program gets, told before it is compiled: counted repetitions
 * are written out, so nested ones multiply, and {@code (((x{999}){999}){999})} would fill the
 * memory. Matching takes time linear in the value's length times this size.
 *
 * <p>What is no well-formed expression may get any size; the compiler refuses it.
 */
final class RegexSize {
  /** Largest that is accepted, instructions. */
  static final int LARGEST = 1_000;

  private static final long MUCH = 1L << 40;

  private final String expression;
  private final Deque<Long> outer = new ArrayDeque<>();
  private int at;
  private long size;
  private long lastAtom;

  private RegexSize(String expression) {
    this.expression = expression;
  }

  /** Roughly the number of instructions; never overflows. */
  static long of(String expression) {
    return new RegexSize(expression).read();
  }

  private long read() {
    while (at < expression.length()) {
      switch (expression.charAt(at)) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> {
          outer.push(size);
          size = 1;
          at++;
        }
        case ')' -> close();
        case '{' -> repetition();
        default -> {
          atom(1);
          at++;
        }
      }
    }
    while (!outer.isEmpty()) {
      size = Math.min(MUCH, size + outer.pop());
    }
    return size;
  }

  private void atom(long atomSize) {
    lastAtom = atomSize;
    size = Math.min(MUCH, size + atomSize);
  }

  private void close() {
    long inner = size;
    size = outer.isEmpty() ? 0 : outer.pop();
    atom(inner);
    at++;
  }

  /** One character, or a class in braces; quoted text counts by its characters. */
  private void escape() {
    char kind = at + 1 < expression.length() ? expression.charAt(at + 1) : ' ';
    at += 2;
    atom(1);
    boolean braced =
        (kind == 'p' || kind == 'P' || kind == 'x')
            && at < expression.length()
            && expression.charAt(at) == '{';
    if (braced) {
      at = past('}', at);
    }
  }

  private void characterClass() {
    at++;
    if (at < expression.length() && expression.charAt(at) == '^') {
      at++;
    }
    int first = at;
    while (at < expression.length() && (expression.charAt(at) != ']' || at == first)) {
      boolean named = expression.startsWith("[:", at) && expression.indexOf(":]", at) > 0;
      if (named) {
        at = expression.indexOf(":]", at) + 2;
      } else {
        at += expression.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at++;
    atom(1);
  }

  private void repetition() {
    int end = past('}', at);
    long most = 1;
    for (String bound : expression.substring(at + 1, Math.max(at + 1, end - 1)).split(",", -1)) {
      most = Math.max(most, number(bound));
    }
    if (most > 1) {
      size = Math.min(MUCH, size + lastAtom * (most - 1));
      lastAtom = Math.min(MUCH / 1_000, lastAtom * most);
    }
    at = end;
  }

  private int past(char wanted, int from) {
    int found = expression.indexOf(wanted, from);
    return found < 0 ? expression.length() : found + 1;
  }

  /** A count; 1 for what is none. The compiler refuses counts over 1,000. */
  private static long number(String bound) {
    boolean isCount =
        !bound.isEmpty()
            && bound.length() <= 4
            && bound.chars().allMatch(c -> c >= '0' && c <= '9');
    return isCount ? Long.parseLong(bound) : 1;
  }
}
