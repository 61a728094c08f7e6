package dev.weir.monitor.why;

/** What is said to a question. */
sealed interface Answer {
  /** What explains it. */
  record Explained(Explanation explanation) implements Answer {}

  /**
   * There is nothing to say.
   *
   * @param reason why, for people
   */
  record Nothing(String reason) implements Answer {}
}
