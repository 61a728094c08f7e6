package dev.weir.monitor.scale;

import java.util.List;

/** What a log holds; each kind in a topic of its own. */
enum LogTopic {
  /** {@code ReportOutcomesRequest}: of each router's report a part in each partition. */
  OUTCOMES("outcomes", true),
  /** {@code ReportSamplesRequest}. */
  SAMPLES("samples", true),
  /** {@code ReportMirroredRequest}. */
  MIRRORS("mirrors", true),
  /** {@code BusinessReport}. */
  BUSINESS("business", true),
  /**
   * {@code ReportFeedbackRequest}: a label does not say its route, so all monitors read all, in the
   * one partition that there is.
   */
  LABELS("labels", false);

  private final String word;
  private final boolean byRoute;

  LogTopic(String word, boolean byRoute) {
    this.word = word;
    this.byRoute = byRoute;
  }

  /** End of its name, and its label in metrics. */
  String word() {
    return word;
  }

  /**
   * Its partitions.
   *
   * @param ofRoutes partitions of what is divided by route
   */
  int partitions(int ofRoutes) {
    return byRoute ? ofRoutes : 1;
  }

  /** The partitions that a monitor reads. */
  List<Integer> readBy(Ownership ownership) {
    return byRoute ? ownership.owned() : List.of(0);
  }

  /** The topic's name. */
  String named(String prefix) {
    return prefix + "." + word;
  }
}
