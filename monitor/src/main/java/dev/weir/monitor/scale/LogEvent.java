package dev.weir.monitor.scale;

/** What happens to records. The word is a label of {@code weir_monitor_log_records}. */
enum LogEvent {
  /** Written, and Kafka has them. */
  WRITTEN("written"),
  /** Not written in time: the sender was told to come again. */
  REFUSED("refused"),
  /** Read and taken. */
  READ("read"),
  /** Read once more after a restart, to remember what waited. */
  READ_AGAIN("read_again"),
  /** Read, and not to be understood. */
  UNREADABLE("unreadable"),
  /** Deleted by Kafka before they were read. */
  LOST("lost");

  private final String word;

  LogEvent(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
