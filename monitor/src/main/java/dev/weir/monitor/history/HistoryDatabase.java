package dev.weir.monitor.history;

import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Where histories are kept: each monitor writes one of its own, and reads those of all that are
 * there.
 */
sealed interface HistoryDatabase permits SqliteHistory, PostgresHistory {
  /**
   * A connection to this monitor's history, on which alone it is written. To be closed; one that
   * failed is replaced by another.
   *
   * @throws org.jdbi.v3.core.JdbiException when there is none now
   */
  Handle openWriter();

  /**
   * Reads what was there at one moment.
   *
   * @throws org.jdbi.v3.core.JdbiException when it cannot be read now
   */
  <T> T read(Function<HistoryReading, T> question);

  /**
   * Bytes of this monitor's history; space that was freed and is used again does not count.
   *
   * @param enough up to here an upper bound will do, which may be found with less work
   * @throws org.jdbi.v3.core.JdbiException when it cannot be read now
   */
  long usedBytes(long enough);
}
