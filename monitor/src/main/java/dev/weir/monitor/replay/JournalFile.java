package dev.weir.monitor.replay;

import dev.weir.platform.lifecycle.OwnerOnly;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Predicate;

/** One rollout's journal on disk: eight bytes that say what it is, then frames. */
final class JournalFile {
  static final String ENDING = ".journal";
  private static final long MAGIC = 0x5745_4952_4a4f_5531L;
  private static final int MAGIC_BYTES = 8;

  private JournalFile() {}

  /** How a journal ends. */
  enum End {
    /** Behind a whole entry. */
    WHOLE,
    /** Within an entry: it is being written, or the process that wrote it was killed. */
    CUT,
    /** The journal was as long as it may be. */
    FULL,
    /** Entries are missing behind it, which was noticed when it was written. */
    BROKEN,
    /** What follows is damaged. */
    DAMAGED
  }

  /**
   * What was read.
   *
   * @param entries whole entries from the beginning on
   * @param bytes where they end
   */
  record Extent(long entries, long bytes, End end) {}

  /**
   * Reads entries until the end, or until it was enough.
   *
   * @param more takes a frame's content; whether to go on behind it
   */
  static Extent read(Path file, Predicate<byte[]> more) throws IOException {
    try (InputStream stream = Files.newInputStream(file);
        var in = new DataInputStream(new BufferedInputStream(stream, 1 << 16))) {
      long at = MAGIC_BYTES;
      long number = 0;
      try {
        if (in.readLong() != MAGIC) {
          return new Extent(0, 0, End.DAMAGED);
        }
        while (true) {
          int first = in.read();
          if (first < 0) {
            return new Extent(number, at, End.WHOLE);
          }
          JournalFrame frame = readBehind(first, in);
          if (frame == null || frame.number() != number) {
            return new Extent(number, at, End.DAMAGED);
          }
          if (frame.isEnd()) {
            return new Extent(
                number, at, frame.mark() == JournalFrame.FULL ? End.FULL : End.BROKEN);
          }
          if (!more.test(frame.entry())) {
            return new Extent(number, at, End.WHOLE);
          }
          at += frame.sizeBytes();
          number++;
        }
      } catch (EOFException cut) {
        return new Extent(number, number == 0 ? Math.min(at, Files.size(file)) : at, End.CUT);
      } catch (IllegalArgumentException damaged) {
        return new Extent(number, at, End.DAMAGED);
      }
    }
  }

  private static @org.jspecify.annotations.Nullable JournalFrame readBehind(
      int first, DataInputStream in) throws IOException {
    int length = first << 24 | in.readUnsignedShort() << 8 | in.readUnsignedByte();
    if (length < 0 || length > JournalFrame.MOST_BYTES) {
      return null;
    }
    long number = in.readLong();
    int mark = in.readUnsignedByte();
    byte[] content = in.readNBytes(length);
    if (content.length < length) {
      throw new EOFException();
    }
    var frame = new JournalFrame(number, mark, content);
    boolean sound = in.readInt() == frame.checksum() && mark <= JournalFrame.BROKEN;
    return sound ? frame : null;
  }

  /** Begins a journal, in place of what is there, that is the owner's alone. */
  static void begin(Path file) throws IOException {
    OwnerOnly.file(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      write(channel, ByteBuffer.allocate(MAGIC_BYTES).putLong(MAGIC).flip());
    }
  }

  /** Writes frames behind what is there; they are on disk when it returns. */
  static void append(Path file, List<JournalFrame> frames) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      for (JournalFrame frame : frames) {
        write(channel, ByteBuffer.wrap(frame.toBytes()));
      }
      channel.force(true);
    }
  }

  /** Cuts off what is behind a place. */
  static void cut(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
      channel.force(true);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
