package dev.weir.platform.lifecycle;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files that nobody but the account of the process may read (mode 0600). On a file system without
 * such modes the folder's own protection is all there is.
 */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> READ_AND_WRITE =
      PosixFilePermissions.fromString("rw-------");

  private OwnerOnly() {}

  /**
   * Makes sure that a file is there and is the owner's alone: one that is not there is created
   * empty, never readable by others in between; one that is there loses the rights of others.
   */
  public static void file(Path file) throws IOException {
    if (!hasModes(file)) {
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
      return;
    }
    try {
      FileAttribute<Set<PosixFilePermission>> mode =
          PosixFilePermissions.asFileAttribute(READ_AND_WRITE);
      Files.createFile(file, mode);
    } catch (FileAlreadyExistsException there) {
      if (!Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).equals(READ_AND_WRITE)) {
        Files.setPosixFilePermissions(file, READ_AND_WRITE);
      }
    }
  }

  private static boolean hasModes(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException("no folder: " + file);
    }
    return Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class);
  }
}
