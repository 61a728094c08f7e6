package dev.weir.platform.file;

import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file that a setting names.
 *
 * @param setting full key of the setting, as the operator wrote it
 * @param path the file
 */
public record NamedFile(String setting, Path path) {
  private static final int MAX_BYTES = 1 << 20;

  /**
   * All of it.
   *
   * @throws InvalidValueException when it cannot be read, or is over 1 MiB
   */
  byte[] read() {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw refused("a file of at most " + MAX_BYTES + " bytes");
      }
      return content;
    } catch (NoSuchFileException e) {
      throw refused("a file that is there");
    } catch (AccessDeniedException e) {
      throw refused("a file that this process may read");
    } catch (IOException e) {
      throw refused("a file that can be read; " + e.getMessage());
    }
  }

  /** The refusal of this file. */
  public InvalidValueException refused(String expected) {
    return new InvalidValueException(setting, path, expected);
  }
}
