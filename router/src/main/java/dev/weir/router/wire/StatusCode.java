package dev.weir.router.wire;

/** gRPC's status codes; the ordinal is the number on the wire. */
public enum StatusCode {
  OK,
  CANCELLED,
  UNKNOWN,
  INVALID_ARGUMENT,
  DEADLINE_EXCEEDED,
  NOT_FOUND,
  ALREADY_EXISTS,
  PERMISSION_DENIED,
  RESOURCE_EXHAUSTED,
  FAILED_PRECONDITION,
  ABORTED,
  OUT_OF_RANGE,
  UNIMPLEMENTED,
  INTERNAL,
  UNAVAILABLE,
  DATA_LOSS,
  UNAUTHENTICATED;

  private static final StatusCode[] BY_NUMBER = values();

  /** How many there are. */
  public static final int COUNT = BY_NUMBER.length;

  /** Number on the wire, 0 to 16. */
  public int number() {
    return ordinal();
  }

  /** The code of a number; {@link #UNKNOWN} for one that gRPC does not define. */
  public static StatusCode ofNumber(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
  }
}
