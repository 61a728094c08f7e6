package dev.weir.platform.lifecycle;

import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A service's folder on disk, held by one process at a time. */
public final class DataFolder implements AutoCloseable {
  /** Ends the names of files that are being written; one that is left over was never finished. */
  private static final String UNFINISHED = ".unfinished";

  private final Path path;
  private final RandomAccessFile lockFile;
  private final FileLock lock;

  private DataFolder(Path path, RandomAccessFile lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Creates the folder when it is not there and takes it.
   *
   * @throws StartFailure when it cannot be written, or another process holds it
   */
  public static DataFolder open(Path path) {
    try {
      Files.createDirectories(path);
      Path lockPath = path.resolve("lock");
      var file = new RandomAccessFile(lockPath.toFile(), "rw");
      FileLock lock = tryLock(file);
      if (lock == null) {
        String holder = file.readLine();
        file.close();
        throw new StartFailure(
            75,
            "data folder "
                + path.toAbsolutePath()
                + " is in use by another process"
                + (holder == null ? "" : " (" + holder + ")")
                + "; stop it, or name another folder");
      }
      file.setLength(0);
      file.writeBytes("pid " + ProcessHandle.current().pid() + "\n");
      removeUnfinished(path);
      return new DataFolder(path, file, lock);
    } catch (IOException e) {
      throw new StartFailure(
          73,
          "data folder "
              + path.toAbsolutePath()
              + " cannot be written ("
              + e
              + "); free space or give another folder");
    }
  }

  private static void removeUnfinished(Path folder) throws IOException {
    try (DirectoryStream<Path> leftOver = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
      for (Path file : leftOver) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static @org.jspecify.annotations.Nullable FileLock tryLock(RandomAccessFile file)
      throws IOException {
    try {
      return file.getChannel().tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** A file in the folder. */
  public Path resolve(String name) {
    if (name.contains("..") || name.startsWith("/")) {
      throw new InvalidValueException("file name", name, "a name inside the data folder");
    }
    return path.resolve(name);
  }

  /**
   * Replaces a file so that after a crash at any point either the old or the new content is there,
   * whole: write beside it, fsync, rename, fsync of the folder.
   */
  public static void replaceDurably(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException("no folder: " + file);
    }
    Path temporary = Files.createTempFile(folder, file.getFileName().toString(), UNFINISHED);
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        var buffer = java.nio.ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncFolder(folder);
  }

  /** Makes renames and new names in the folder durable. */
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    lockFile.close();
  }
}
