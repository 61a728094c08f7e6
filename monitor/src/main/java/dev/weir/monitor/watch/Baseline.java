package dev.weir.monitor.watch;

import java.util.Locale;

/** What a live version is compared with. */
enum Baseline {
  /** The reference in the registry. */
  REFERENCE("in the reference"),
  /** The first rows of its own live data. */
  FROZEN("in the frozen window"),
  /** The same hour of the week before. */
  LAST_WEEK("at this hour a week ago");

  private final String words;

  Baseline(String words) {
    this.words = words;
  }

  /** Its word in labels and answers. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where things were otherwise, for people. */
  String words() {
    return words;
  }
}
