package dev.weir.monitor.replay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.guardrail.EvidenceJournal;
import dev.weir.monitor.guardrail.Renaming;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.monitor.replay.ReplayCounts.Event;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.lifecycle.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journals of all rollouts, a file each. Thread-safe: appending never waits for the disk.
 *
 * <p><b>Crash.</b> {@link #flush} is called before an evidence image is saved, so the entries that
 * an image holds are on disk before it is; entries behind them are cut off when the image is
 * restored. Journal and evidence therefore always agree.
 */
public final class JournalFolder implements EvidenceJournal {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFolder.class);
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  private final Path folder;
  private final ReplayConfig config;
  private final ReplayCounts counts;

  /** One flush at a time; never taken while {@code this} is held. */
  private final Object writing = new Object();

  /** Written to since somebody began to look for names. */
  @GuardedBy("writing")
  private final Set<Path> flushed = new HashSet<>();

  /** The ones appended to last at the end. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Tail> tails = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private long waitingBytes;

  /** The end of one rollout's journal. */
  private static final class Tail {
    final List<JournalFrame> waiting = new ArrayList<>();
    long next;
    long bytes;
    boolean begins;
    boolean stopped;
  }

  /**
   * Journals in a folder, which is made when it is not there.
   *
   * @throws UncheckedIOException when it cannot be made
   */
  public JournalFolder(Path folder, ReplayConfig config, ReplayCounts counts) {
    this.folder = folder;
    this.config = config;
    this.counts = counts;
    try {
      Files.createDirectories(folder);
      for (Path file : files(JournalRenaming.UNFINISHED)) {
        Files.deleteIfExists(file);
      }
      for (Path file : files(JournalFile.ENDING)) {
        OwnerOnly.file(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file of a rollout. */
  static Path file(Path folder, String rollout) {
    String name =
        PLAIN_NAME.matcher(rollout).matches()
            ? rollout
            : "x-" + HexFormat.of().formatHex(rollout.getBytes(StandardCharsets.UTF_8));
    return folder.resolve(name.substring(0, Math.min(200, name.length())) + JournalFile.ENDING);
  }

  @Override
  public synchronized void append(String rollout, long number, byte[] entry) {
    Tail tail = tails.computeIfAbsent(rollout, id -> new Tail());
    if (number == 0) {
      waitingBytes -= size(tail.waiting);
      tail = new Tail();
      tail.begins = true;
      tails.put(rollout, tail);
      forgetOldest();
    }
    if (tail.stopped) {
      counts.add(Event.ENTRIES_NOT_KEPT, 1);
      return;
    }
    if (number != tail.next || waitingBytes + entry.length > config.maxWaitingBytes()) {
      stop(rollout, tail, JournalFrame.BROKEN);
      return;
    }
    JournalFrame frame = JournalFrame.of(number, entry);
    if (tail.bytes + frame.sizeBytes() > config.maxBytesPerRollout()) {
      stop(rollout, tail, JournalFrame.FULL);
      return;
    }
    add(tail, frame);
    tail.next++;
  }

  @GuardedBy("this")
  private void forgetOldest() {
    Tail oldest = tails.firstEntry().getValue();
    if (tails.size() > config.maxRollouts() && oldest.waiting.isEmpty()) {
      tails.pollFirstEntry();
    }
  }

  @GuardedBy("this")
  private void add(Tail tail, JournalFrame frame) {
    tail.waiting.add(frame);
    tail.bytes += frame.sizeBytes();
    waitingBytes += frame.sizeBytes();
  }

  @GuardedBy("this")
  private void stop(String rollout, Tail tail, int mark) {
    add(tail, JournalFrame.end(tail.next, mark));
    tail.stopped = true;
    counts.add(mark == JournalFrame.FULL ? Event.JOURNALS_FULL : Event.JOURNALS_BROKEN, 1);
    counts.add(Event.ENTRIES_NOT_KEPT, 1);
    LOG.atWarn()
        .addKeyValue("rollout", rollout)
        .addKeyValue("why", mark == JournalFrame.FULL ? "full" : "broken")
        .log("a rollout's evidence is kept no further, it cannot be replayed to its end");
  }

  private static long size(List<JournalFrame> frames) {
    return frames.stream().mapToLong(JournalFrame::sizeBytes).sum();
  }

  /** Writes what waits; what was appended before the call is on disk when it returns. */
  public void flush() {
    synchronized (writing) {
      for (Map.Entry<String, Tail> entry : waiting().entrySet()) {
        Path file = file(folder, entry.getKey());
        Tail tail = entry.getValue();
        try {
          flushed.add(file);
          if (tail.begins) {
            JournalFile.begin(file);
            removeOldest();
          }
          JournalFile.append(file, tail.waiting);
          if (tail.begins) {
            DataFolder.syncFolder(folder);
          }
          counts.add(Event.ENTRIES_WRITTEN, tail.waiting.size());
        } catch (IOException e) {
          failed(entry.getKey(), e);
        }
      }
    }
  }

  /** Takes what waits. */
  private synchronized Map<String, Tail> waiting() {
    var taken = new HashMap<String, Tail>();
    tails.forEach((rollout, tail) -> {
      if (!tail.waiting.isEmpty()) {
        var part = new Tail();
        part.begins = tail.begins;
        part.waiting.addAll(tail.waiting);
        taken.put(rollout, part);
        tail.begins = false;
        tail.waiting.clear();
      }
    });
    waitingBytes = 0;
    return taken;
  }

  /** What follows would leave a gap: nothing more is written of this rollout. */
  private synchronized void failed(String rollout, IOException why) {
    LOG.atError().setCause(why).addKeyValue("rollout", rollout).log("journal cannot be written");
    Tail tail = tails.get(rollout);
    if (tail != null && !tail.stopped) {
      stop(rollout, tail, JournalFrame.BROKEN);
    }
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.toString().endsWith(ending)).toList();
    }
  }

  private void removeOldest() throws IOException {
    List<Path> files = files(JournalFile.ENDING);
    if (files.size() > config.maxRollouts()) {
      var ages = new HashMap<Path, FileTime>();
      for (Path file : files) {
        ages.put(file, Files.getLastModifiedTime(file));
      }
      List<Path> oldest =
          files.stream()
              .sorted(Comparator.comparing(ages::get))
              .limit(files.size() - (long) config.maxRollouts())
              .toList();
      for (Path file : oldest) {
        Files.deleteIfExists(file);
        counts.add(Event.JOURNALS_REMOVED, 1);
      }
    }
  }

  /**
   * What else stands for the named in what is on disk. Reads all journals.
   *
   * @throws IOException when one cannot be read
   */
  public Erasure alsoKnownAs(Erasure named) throws IOException {
    Erasure more = new Erasure(Set.of(), Set.of(), Set.of());
    for (Path file : files(JournalFile.ENDING)) {
      more = more.with(JournalRenaming.alsoKnownAs(file, named));
    }
    return more;
  }

  /**
   * Gives new names to what is to be forgotten, in the evidence and in all journals; one call at a
   * time. Nothing is flushed while journals that have any of the old names are written anew. After
   * a failure or a crash the same renaming is to be repeated.
   *
   * @param evidence renames the evidence, which tells this journal of it ({@link #renamed})
   * @return journals that had any of the old names
   * @throws IOException when a journal cannot be read or replaced
   */
  public int rename(Renaming renaming, Runnable evidence) throws IOException {
    int count = 0;
    synchronized (writing) {
      flushed.clear();
    }
    var concerned = new HashSet<Path>();
    for (Path file : files(JournalFile.ENDING)) {
      if (JournalRenaming.hasAny(file, renaming)) {
        concerned.add(file);
      }
    }
    synchronized (writing) {
      evidence.run();
      concerned.addAll(flushed);
      concerned.retainAll(files(JournalFile.ENDING));
      for (Path file : concerned) {
        long before = Files.size(file);
        OptionalLong after = JournalRenaming.rename(folder, file, renaming);
        if (after.isPresent()) {
          grown(file, after.getAsLong() - before);
          count++;
        }
      }
    }
    return count;
  }

  private synchronized void grown(Path file, long bytes) {
    tails.forEach((rollout, tail) -> {
      if (file(folder, rollout).equals(file)) {
        tail.bytes += bytes;
      }
    });
  }

  /** Renames what waits; {@link #rename} does the rest. */
  @Override
  public synchronized void renamed(Renaming renaming) {
    waitingBytes = 0;
    for (Tail tail : tails.values()) {
      tail.bytes -= size(tail.waiting);
      tail.waiting.replaceAll(frame ->
          frame.isEnd() ? frame : JournalFrame.of(frame.number(), renaming.entry(frame.entry())));
      tail.bytes += size(tail.waiting);
      waitingBytes += size(tail.waiting);
    }
  }

  @Override
  public synchronized void restored(Map<String, Long> entries) {
    entries.forEach((rollout, kept) -> {
      var tail = new Tail();
      tail.next = kept;
      tails.put(rollout, tail);
      try {
        cutBack(rollout, kept, tail);
      } catch (IOException e) {
        LOG.atError().setCause(e).addKeyValue("rollout", rollout).log("journal cannot be read");
        stop(rollout, tail, JournalFrame.BROKEN);
      }
    });
  }

  @GuardedBy("this")
  private void cutBack(String rollout, long kept, Tail tail) throws IOException {
    Path file = file(folder, rollout);
    if (!Files.exists(file)) {
      tail.begins = true;
      tail.next = 0;
      stop(rollout, tail, JournalFrame.BROKEN);
      return;
    }
    long all = JournalFile.read(file, entry -> true).entries();
    var read = new long[1];
    JournalFile.Extent extent = JournalFile.read(file, entry -> read[0]++ < kept);
    JournalFile.cut(file, extent.bytes());
    tail.bytes = extent.bytes();
    tail.next = extent.entries();
    counts.add(Event.ENTRIES_CUT, Math.max(0, all - kept));
    if (extent.entries() < kept) {
      stop(
          rollout,
          tail,
          extent.end() == JournalFile.End.FULL ? JournalFrame.FULL : JournalFrame.BROKEN);
    }
  }
}
