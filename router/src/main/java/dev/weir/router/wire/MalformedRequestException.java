package dev.weir.router.wire;

import dev.weir.platform.error.InvalidValueException;

/** The bytes are no request that the router can route; clients see INVALID_ARGUMENT. */
public final class MalformedRequestException extends Exception {
  private MalformedRequestException(String message) {
    // no stack trace: thrown for a client's mistake, at a client's rate
    super(message, null, false, false);
  }

  static MalformedRequestException of(String name, Object value, String expected) {
    return new MalformedRequestException(
        String.valueOf(new InvalidValueException(name, value, expected).getMessage()));
  }
}
