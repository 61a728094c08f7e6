package dev.weir.monitor.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.intake.FeedbackEntry;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.platform.lifecycle.Readiness;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps on disk what waits for a label, and which requests have had one. It is written before the
 * evidence made of labels is, so that after a kill at any point no label counts twice; labels of
 * the last second may be lost. Thread-safe.
 */
public final class FeedbackKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(FeedbackKeeper.class);
  private static final String PART = "labels file";

  private final FeedbackLog log;
  private final Readiness readiness;

  @GuardedBy("this")
  private final FeedbackFile file;

  @GuardedBy("this")
  private boolean lastFailed;

  /** Writes what {@code log} gets to {@code file}. */
  public FeedbackKeeper(FeedbackFile file, FeedbackLog log, Readiness readiness) {
    this.file = file;
    this.log = log;
    this.readiness = readiness;
  }

  /**
   * What is on disk, for the join to take over. Of a damaged file what is before the damage; that
   * is said, because labels that come again may then count twice.
   */
  public synchronized List<FeedbackEntry> load() throws IOException {
    FeedbackFile.Content content = file.load();
    if (content.sound()) {
      readiness.ready(PART);
    } else {
      String aside = file.setAside().toString();
      LOG.atError()
          .addKeyValue("aside", aside)
          .addKeyValue("entries", content.entries().size())
          .log("labels are damaged, what is behind the damage is not known");
      readiness.degraded(PART, "it was damaged, a copy is " + aside);
    }
    return content.entries();
  }

  /**
   * Writes what is not on disk yet.
   *
   * @throws IOException when it cannot; it is tried again with the next call
   */
  public synchronized void flush() throws IOException {
    FeedbackLog.Pending pending = log.take();
    try {
      if (pending.anew()) {
        file.begin(pending.entries());
      } else if (!pending.entries().isEmpty()) {
        file.append(pending.entries());
      }
      if (lastFailed) {
        lastFailed = false;
        readiness.ready(PART);
        LOG.info("labels can be saved again");
      }
    } catch (IOException e) {
      log.notWritten(pending);
      if (!lastFailed) {
        lastFailed = true;
        LOG.atError().setCause(e).log("labels cannot be saved, a restart would lose them");
        readiness.degraded(PART, "it cannot be written: " + e);
      }
      throw e;
    }
  }

  /** The same; a failure is said and counted for nothing else. */
  public void tryFlush() {
    try {
      flush();
    } catch (IOException saidAlready) {
      LOG.debug("labels are still not saved", saidAlready);
    }
  }
}
