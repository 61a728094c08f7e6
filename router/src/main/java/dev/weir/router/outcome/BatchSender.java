package dev.weir.router.outcome;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings things to the monitor in batches. What is not acknowledged is sent again, so that the
 * monitor may see one twice. Thread-safe.
 */
public final class BatchSender<T> {
  private static final Logger LOG = LoggerFactory.getLogger(BatchSender.class);
  private static final int BATCH = 1_000;

  private final String what;
  private final IntFunction<List<T>> source;
  private final BatchIntake<T> intake;

  @GuardedBy("this")
  private List<T> unacknowledged = List.of();

  @GuardedBy("this")
  private boolean reachable = true;

  /**
   * @param what what they are, for the log
   * @param source takes at most so many of those that wait
   * @param intake where they go
   */
  public BatchSender(String what, IntFunction<List<T>> source, BatchIntake<T> intake) {
    this.what = what;
    this.source = source;
    this.intake = intake;
  }

  /** Sends what waits, until nothing does or the monitor does not answer. */
  public synchronized void flush() {
    while (true) {
      if (unacknowledged.isEmpty()) {
        unacknowledged = source.apply(BATCH);
      }
      if (unacknowledged.isEmpty() || !send()) {
        return;
      }
      unacknowledged = List.of();
    }
  }

  @GuardedBy("this")
  private boolean send() {
    try {
      intake.send(unacknowledged);
      said(true, "");
      return true;
    } catch (IOException e) {
      said(false, String.valueOf(e.getMessage()));
      return false;
    }
  }

  @GuardedBy("this")
  private void said(boolean reachableNow, String problem) {
    if (reachableNow != reachable) {
      reachable = reachableNow;
      if (reachableNow) {
        LOG.atInfo().addKeyValue("what", what).log("the monitor takes them again");
      } else {
        LOG.atWarn()
            .addKeyValue("what", what)
            .addKeyValue("problem", problem)
            .log("the monitor does not take them");
      }
    }
  }
}
