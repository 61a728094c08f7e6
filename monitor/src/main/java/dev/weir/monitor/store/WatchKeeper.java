package dev.weir.monitor.store;

import dev.weir.monitor.watch.StandingWatch;
import dev.weir.platform.lifecycle.Readiness;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the standing watch's detectors on disk. What was seen since the last save is lost when the
 * process is killed: a detector that goes on with less is late, never wrong. Thread-safe.
 */
public final class WatchKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(WatchKeeper.class);
  private static final String PART = "watch file";

  private final EvidenceFile file;
  private final StandingWatch watch;
  private final Readiness readiness;

  /** Keeps {@code watch} in {@code file}, and says in {@code readiness} when that fails. */
  public WatchKeeper(EvidenceFile file, StandingWatch watch, Readiness readiness) {
    this.file = file;
    this.watch = watch;
    this.readiness = readiness;
  }

  /**
   * Takes over what is on disk; a file that cannot be read is set aside, and detectors begin anew.
   */
  public synchronized void load() throws IOException {
    readiness.ready(PART);
    try {
      Optional<byte[]> image = file.load();
      if (image.isPresent()) {
        watch.restore(image.get());
      }
    } catch (IOException | IllegalArgumentException e) {
      String aside = file.setAside().toString();
      LOG.atError().setCause(e).addKeyValue("aside", aside).log("detectors begin anew");
      readiness.degraded(PART, "it could not be read, and is now " + aside);
    }
  }

  /** Saves the detectors. */
  public synchronized void save() {
    try {
      file.save(watch.image());
      readiness.ready(PART);
    } catch (IOException e) {
      LOG.atError().setCause(e).log("detectors cannot be saved");
      readiness.degraded(PART, "it cannot be written: " + e);
    }
  }
}
