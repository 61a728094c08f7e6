package dev.weir.registry.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file that is written once: the seam where tests let the disk fill up. */
interface ArtifactFile extends AutoCloseable {
  /** Writes all of it. */
  void write(ByteBuffer bytes) throws IOException;

  /** Makes everything written durable. */
  void force() throws IOException;

  @Override
  void close() throws IOException;

  /** Creates such a file. */
  @FunctionalInterface
  interface Creator {
    ArtifactFile create(Path file) throws IOException;
  }

  /** A file on disk. */
  static ArtifactFile onDisk(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new ArtifactFile() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }

      @Override
      public void force() throws IOException {
        channel.force(true);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }
}
