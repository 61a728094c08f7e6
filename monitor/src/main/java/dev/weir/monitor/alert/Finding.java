package dev.weir.monitor.alert;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Something that is wrong now. Immutable.
 *
 * @param kind what kind of thing: a word of capitals and small letters, "FeatureDrift"; its page is
 *     docs/alerts/KIND.md
 * @param labels what it is about: route, model, version, feature ...; with the kind they identify
 *     it
 * @param severity how much it matters
 * @param summary one line for people
 * @param since when it began, as far as is known
 * @param figures numbers that say how much, by name
 * @param traceIds traces that show it
 * @param requestIds requests that show it
 */
public record Finding(
    String kind,
    Map<String, String> labels,
    Severity severity,
    String summary,
    Instant since,
    Map<String, Double> figures,
    List<String> traceIds,
    List<String> requestIds) {
  /** What a kind looks like. */
  static final String KIND_RULE = "2 to 64 letters and digits, the first a capital";

  private static final int MAX_SUMMARY = 1_000;

  public Finding {
    if (!isKind(kind)) {
      throw new IllegalArgumentException("kind: \"" + kind + "\" (expected: " + KIND_RULE + ")");
    }
    labels = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    summary = summary.length() <= MAX_SUMMARY ? summary : summary.substring(0, MAX_SUMMARY);
    figures = Map.copyOf(figures);
    traceIds = List.copyOf(traceIds);
    requestIds = List.copyOf(requestIds);
  }

  static boolean isKind(String word) {
    return word.matches("[A-Z][A-Za-z0-9]{1,63}");
  }

  /** One with nothing to show for it. */
  public static Finding of(
      String kind,
      Map<String, String> labels,
      Severity severity,
      String summary,
      Instant since,
      Map<String, Double> figures) {
    return new Finding(kind, labels, severity, summary, since, figures, List.of(), List.of());
  }

  /** What it is, whatever it says: two findings with one identity are one thing. */
  public Identity identity() {
    return new Identity(kind, labels);
  }

  /**
   * What a finding is about.
   *
   * @param kind its kind
   * @param labels its labels
   */
  public record Identity(String kind, Map<String, String> labels) {
    public Identity {
      labels = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** Labels in order of their names. */
    public SortedMap<String, String> ordered() {
      return new TreeMap<>(labels);
    }
  }
}
