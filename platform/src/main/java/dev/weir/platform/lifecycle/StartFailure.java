package dev.weir.platform.lifecycle;

import java.util.stream.Collectors;

/**
 * A service cannot start for a reason that its operator can remove: a taken port, a folder that
 * cannot be written.
 */
public final class StartFailure extends RuntimeException {
  private final int exitStatus;

  /**
   * @param exitStatus as in sysexits.h: 69 something needed is not available, 73 a file cannot be
   *     created, 75 try again later
   * @param message what, where, and how to fix it
   */
  public StartFailure(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /** Status to end the process with. */
  public int exitStatus() {
    return exitStatus;
  }

  /** A port that cannot be bound. */
  public static StartFailure portTaken(String name, String address, Throwable cause) {
    return new StartFailure(
        69,
        name
            + ": "
            + address
            + " cannot be bound ("
            + rootMessage(cause)
            + "); stop what listens there, or give another port (0: any free one)");
  }

  /**
   * What a library says of a failure, in one line: the first two lines that say something. Flyway
   * says what is wrong in the second, and then advises a repair that is never right.
   */
  public static String inOneLine(Throwable cause) {
    return String.valueOf(cause.getMessage())
        .lines()
        .filter(line -> !line.replace("-", "").isBlank())
        .limit(2)
        .collect(Collectors.joining("; "));
  }

  private static String rootMessage(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    // Netty's native transport: "bind(..) failed with error(-98): Address already in use"
    return message.startsWith("bind(") ? message.substring(message.lastIndexOf(": ") + 2) : message;
  }
}
