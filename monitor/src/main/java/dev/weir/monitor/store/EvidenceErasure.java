package dev.weir.monitor.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.Renaming;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.monitor.replay.JournalFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets requests, traces and units in the evidence about rollouts and in its journals, by giving
 * them new, random names everywhere at once: the evidence stays the same, and a journal is replayed
 * byte for byte. Thread-safe.
 *
 * <p><b>Crash.</b> The renaming is on disk before it begins, and is deleted when evidence and
 * journals with the new names are: {@link #finish} carries out one that is left over. Evidence and
 * journals therefore always agree, except about a unit that is named, makes another request while
 * the journals are being renamed, and then the process is killed: its rollout's replay may differ.
 */
public final class EvidenceErasure implements Erasable {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceErasure.class);

  private final EvidenceFile intent;
  private final EvidenceBook book;
  private final JournalFolder journals;
  private final BooleanSupplier save;

  @GuardedBy("this")
  private final RandomGenerator random;

  /**
   * Erases.
   *
   * @param intent holds a renaming that is under way
   * @param save saves the evidence, and gives whether it did
   * @param random cannot be predicted
   */
  public EvidenceErasure(
      EvidenceFile intent,
      EvidenceBook book,
      JournalFolder journals,
      BooleanSupplier save,
      RandomGenerator random) {
    this.intent = intent;
    this.book = book;
    this.journals = journals;
    this.save = save;
    this.random = random;
  }

  /**
   * Finishes what was under way when the process ended; to be called when the evidence, and all
   * that is saved with it, is loaded.
   *
   * @throws IOException when it cannot be finished: what was to be forgotten is still there
   */
  public synchronized void finish() throws IOException {
    Optional<byte[]> left;
    try {
      left = intent.load();
    } catch (IOException damaged) {
      intent.setAside();
      throw damaged;
    }
    if (left.isPresent()) {
      carryOut(Renaming.fromBytes(left.get()));
    }
  }

  /**
   * The same, to be called from time to time: a failure is logged, and it is tried again with the
   * next call. What cannot be read is set aside, and has to be asked for again.
   */
  public synchronized void tryFinish() {
    try {
      finish();
    } catch (IOException e) {
      LOG.atError().setCause(e).log("an erasure cannot be finished, it is tried again");
    } catch (IllegalArgumentException e) {
      LOG.atError().setCause(e).log("an erasure cannot be read, ask for it again");
    }
  }

  @Override
  public boolean erase(String requestId) {
    return erase(new Erasure(Set.of(requestId), Set.of(), Set.of())) > 0;
  }

  @Override
  public int eraseUnit(long unit) {
    return erase(new Erasure(Set.of(), Set.of(unit), Set.of()));
  }

  @Override
  public boolean eraseTrace(String traceId) {
    return erase(new Erasure(Set.of(), Set.of(), Set.of(traceId))) > 0;
  }

  /**
   * Erases what is named; returns in how many rollouts and journals it stood.
   *
   * @throws UncheckedIOException when the disk cannot be read or written: ask again
   */
  @Override
  public synchronized int erase(Erasure erasure) {
    if (erasure.isEmpty()) {
      return 0;
    }
    try {
      finish();
      Renaming renaming = Renaming.of(erasure, random);
      intent.save(renaming.toBytes());
      return carryOut(renaming);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @GuardedBy("this")
  private int carryOut(Renaming renaming) throws IOException {
    var rollouts = new int[1];
    int files = journals.rename(renaming, () -> rollouts[0] = book.rename(renaming));
    if (!save.getAsBoolean()) {
      throw new IOException("evidence cannot be saved");
    }
    intent.delete();
    return rollouts[0] + files;
  }

  /**
   * What the journals know.
   *
   * @throws UncheckedIOException when one cannot be read
   */
  @Override
  public Erasure alsoKnownAs(Erasure erasure) {
    try {
      return journals.alsoKnownAs(erasure);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
