package dev.weir.monitor.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.platform.lifecycle.Readiness;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the evidence book on disk: reads it at the start, saves it when told and changed.
 * Thread-safe.
 */
public final class EvidenceKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceKeeper.class);
  private static final String PART = "evidence file";

  private final EvidenceFile file;
  private final EvidenceBook book;
  private final Readiness readiness;
  private final BeforeSave beforeSave;

  @GuardedBy("this")
  private boolean lastFailed;

  /** What an image relies on. */
  @FunctionalInterface
  public interface BeforeSave {
    /**
     * Brings it to disk.
     *
     * @throws IOException when it cannot: the image is not saved then
     */
    void run() throws IOException;
  }

  /** Keeps {@code book} in {@code file}, and says in {@code readiness} when that fails. */
  public EvidenceKeeper(EvidenceFile file, EvidenceBook book, Readiness readiness) {
    this(file, book, readiness, () -> {});
  }

  /**
   * The same.
   *
   * @param beforeSave runs between taking an image and saving it: what the image relies on is on
   *     disk when it returns
   */
  public EvidenceKeeper(
      EvidenceFile file, EvidenceBook book, Readiness readiness, BeforeSave beforeSave) {
    this.file = file;
    this.book = book;
    this.readiness = readiness;
    this.beforeSave = beforeSave;
  }

  /**
   * Takes over what is on disk. A file that cannot be read is set aside, and rollouts that are
   * under way begin with no evidence: that is said, because the false-alarm budget then covers each
   * part of their life by itself.
   */
  public synchronized void load() throws IOException {
    Optional<byte[]> image = Optional.empty();
    try {
      image = file.load();
      if (image.isPresent()) {
        book.restore(image.get());
      }
      readiness.ready(PART);
    } catch (IOException | IllegalArgumentException e) {
      String aside = file.setAside().toString();
      LOG.atError()
          .setCause(e)
          .addKeyValue("aside", aside)
          .log("evidence cannot be read, active rollouts begin without it");
      readiness.degraded(PART, "it could not be read, and is now " + aside);
    }
  }

  /**
   * Saves the book when it changed.
   *
   * @return whether everything in it is on disk
   */
  public synchronized boolean save() {
    Optional<EvidenceBook.Image> image = book.image();
    if (image.isEmpty()) {
      return true;
    }
    try {
      beforeSave.run();
      file.save(image.get().bytes());
      book.saved(image.get());
      if (lastFailed) {
        lastFailed = false;
        readiness.ready(PART);
        LOG.info("evidence can be saved again");
      }
      return true;
    } catch (IOException e) {
      book.notSaved();
      readiness.degraded(PART, "it cannot be written: " + e);
      if (!lastFailed) {
        lastFailed = true;
        LOG.atError().setCause(e).log("evidence cannot be saved, a restart would lose it");
      }
      return false;
    }
  }
}
