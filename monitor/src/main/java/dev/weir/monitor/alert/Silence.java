package dev.weir.monitor.alert;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.time.Instant;
import java.util.Map;

/**
 * "Tell nobody of alerts like these until then." Immutable.
 *
 * @param id unique, short
 * @param matchers labels that must be equal; "kind" stands for the alert's kind; at least one
 * @param until when it ends
 * @param by who asked for it
 * @param comment why
 */
public record Silence(
    String id, Map<String, String> matchers, Instant until, String by, String comment) {
  private static final int MAX_TEXT = 1_000;

  public Silence {
    if (matchers.isEmpty() || matchers.size() > 16) {
      throw new InvalidValueException(
          "matchers", matchers.size() + " labels", "1 to 16 labels that must be equal");
    }
    matchers = Map.copyOf(matchers);
    Check.notBlank("by", by);
    if (comment.length() > MAX_TEXT || by.length() > MAX_TEXT) {
      throw new InvalidValueException("comment", comment.length() + " characters", "at most 1000");
    }
  }

  boolean covers(Alert alert, Instant now) {
    return now.isBefore(until)
        && matchers.entrySet().stream()
            .allMatch(matcher ->
                matcher
                    .getValue()
                    .equals(
                        matcher.getKey().equals("kind")
                            ? alert.finding().kind()
                            : alert.finding().labels().get(matcher.getKey())));
  }
}
