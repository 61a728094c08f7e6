package dev.weir.monitor.intake;

/**
 * How often a variant was right, over the labels that came.
 *
 * @param labelled rows with a label
 * @param correct of these, rows predicted right
 */
public record Accuracy(long labelled, long correct) {
  /** No labels. */
  public static final Accuracy NONE = new Accuracy(0, 0);

  Accuracy plus(Accuracy other) {
    return new Accuracy(labelled + other.labelled, correct + other.correct);
  }
}
