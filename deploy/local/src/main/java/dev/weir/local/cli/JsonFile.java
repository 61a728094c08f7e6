package dev.weir.local.cli;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what an operator wrote, and says in one line what is wrong with it. */
final class JsonFile {
  private JsonFile() {}

  /**
   * Reads a message.
   *
   * @param name what the user calls this file
   * @param what what it should hold, in words
   * @param into gets what the file says
   */
  static void read(String name, Path file, String what, Message.Builder into) {
    if (Files.isDirectory(file) || !Files.isReadable(file)) {
      throw new InvalidValueException(name, file, "a file that can be read");
    }
    try {
      JsonFormat.parser().merge(Files.readString(file), into);
    } catch (CharacterCodingException e) {
      throw new InvalidValueException(name, file, what + " in JSON; it is no UTF-8 text");
    } catch (IOException e) {
      throw new InvalidValueException(name, file, what + " in JSON; " + firstLine(e));
    }
  }

  /**
   * The parser's messages begin with the names of its exceptions and end with advice to
   * programmers.
   */
  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse("").replaceFirst("^([a-z]+\\.)+[A-Za-z.]+: ", "");
  }
}
