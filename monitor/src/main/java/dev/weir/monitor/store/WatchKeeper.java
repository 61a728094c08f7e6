package dev.weir.monitor.store;

import dev.weir.monitor.watch.WatchState;
import dev.weir.platform.lifecycle.Readiness;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a watch knows on disk. What was seen since the last save is lost when the process is
 * killed: a detector that goes on with less is late, never wrong. Thread-safe.
 */
public final class WatchKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(WatchKeeper.class);

  private final EvidenceFile file;
  private final WatchState watch;
  private final Readiness readiness;
  private final String part;

  /**
   * Keeps {@code watch} in {@code file}, and says in {@code readiness} when that fails.
   *
   * @param part its name there
   */
  public WatchKeeper(EvidenceFile file, WatchState watch, Readiness readiness, String part) {
    this.part = part;
    this.file = file;
    this.watch = watch;
    this.readiness = readiness;
  }

  /**
   * Takes over what is on disk; a file that cannot be read is set aside, and the watch begins anew.
   */
  public synchronized void load() throws IOException {
    readiness.ready(part);
    try {
      Optional<byte[]> image = file.load();
      if (image.isPresent()) {
        watch.restore(image.get());
      }
    } catch (IOException | IllegalArgumentException e) {
      String aside = file.setAside().toString();
      LOG.atError()
          .setCause(e)
          .addKeyValue("aside", aside)
          .addKeyValue("part", part)
          .log("what was watched begins anew");
      readiness.degraded(part, "it could not be read, and is now " + aside);
    }
  }

  /** Saves it. */
  public synchronized void save() {
    try {
      file.save(watch.image());
      readiness.ready(part);
    } catch (IOException e) {
      LOG.atError().setCause(e).addKeyValue("part", part).log("the watch cannot be saved");
      readiness.degraded(part, "it cannot be written: " + e);
    }
  }
}
