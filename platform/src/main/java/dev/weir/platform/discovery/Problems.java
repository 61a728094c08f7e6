package dev.weir.platform.discovery;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What does not work at the moment, logged once when it begins and once when it ends. Thread-safe.
 */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private final ConcurrentSkipListMap<String, String> byPart = new ConcurrentSkipListMap<>();

  /** The part has not been answered yet: a problem for health pages, but nothing to log. */
  void waiting(String part) {
    byPart.put(part, "no answer yet");
  }

  void failing(String part, String reason) {
    String before = byPart.put(part, reason);
    if (!reason.equals(before)) {
      LOG.atWarn().addKeyValue("what", part).addKeyValue("reason", reason).log("discovery fails");
    }
  }

  void working(String part) {
    String before = byPart.remove(part);
    if (before != null) {
      LOG.atInfo().addKeyValue("what", part).log("discovery works");
    }
  }

  /** Nobody needs the part any more. */
  void forget(String part) {
    byPart.remove(part);
  }

  /** All of them; empty when there are none. */
  String summary() {
    return byPart.entrySet().stream()
        .map(problem -> problem.getKey() + ": " + problem.getValue())
        .collect(Collectors.joining("; "));
  }
}
