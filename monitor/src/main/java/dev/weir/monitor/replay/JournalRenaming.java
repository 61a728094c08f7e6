package dev.weir.monitor.replay;

import dev.weir.monitor.guardrail.Renaming;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.platform.lifecycle.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** Gives new names to what is to be forgotten in one journal file. */
final class JournalRenaming {
  /** Ends the name of a file that was never finished. */
  static final String UNFINISHED = ".unfinished";

  private static final int FRAMES_AT_ONCE = 256;

  private JournalRenaming() {}

  /** What else stands for the named in a journal. */
  static Erasure alsoKnownAs(Path file, Erasure named) throws IOException {
    var more = new Erasure[] {new Erasure(Set.of(), Set.of(), Set.of())};
    JournalFile.read(
        file,
        entry -> {
          more[0] = more[0].with(Renaming.alsoKnownAs(entry, named));
          return true;
        });
    return more[0];
  }

  /** Whether a journal has any of the old names, or is damaged so that nobody knows. */
  static boolean hasAny(Path file, Renaming to) throws IOException {
    var any = new boolean[1];
    JournalFile.Extent extent =
        JournalFile.read(
            file,
            entry -> {
              any[0] = to.entry(entry) != entry;
              return !any[0];
            });
    return any[0] || extent.end() == JournalFile.End.DAMAGED;
  }

  /**
   * Replaces a journal that has any of the old names by one with the new ones: written beside it,
   * synced, and put in its place, so that after a crash the old or the new one is there, whole.
   * What is damaged behind the last whole entry is not taken over: nobody knows what it names.
   *
   * @return length of the new file, bytes; empty: the journal stays as it was
   */
  static OptionalLong rename(Path folder, Path file, Renaming to) throws IOException {
    if (!hasAny(file, to)) {
      return OptionalLong.empty();
    }
    Path beside = file.resolveSibling(file.getFileName() + UNFINISHED);
    try {
      JournalFile.begin(beside);
      copy(file, beside, to);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    DataFolder.syncFolder(folder);
    return OptionalLong.of(Files.size(file));
  }

  private static void copy(Path from, Path to, Renaming names) throws IOException {
    var frames = new ArrayList<JournalFrame>();
    JournalFile.Extent extent =
        JournalFile.read(
            from,
            new Predicate<byte[]>() {
              private long number;

              @Override
              public boolean test(byte[] entry) {
                frames.add(JournalFrame.of(number++, names.entry(entry)));
                if (frames.size() == FRAMES_AT_ONCE) {
                  append(to, frames);
                }
                return true;
              }
            });
    switch (extent.end()) {
      case FULL -> frames.add(JournalFrame.end(extent.entries(), JournalFrame.FULL));
      case BROKEN, DAMAGED -> frames.add(JournalFrame.end(extent.entries(), JournalFrame.BROKEN));
      case WHOLE, CUT -> {
        // an entry may follow
      }
    }
    append(to, frames);
  }

  private static void append(Path file, List<JournalFrame> frames) {
    try {
      JournalFile.append(file, frames);
      frames.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
