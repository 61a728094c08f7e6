package dev.weir.registry.outcome;

import dev.weir.platform.error.InvalidValueException;

/**
 * Why a command changes nothing. A value, not an exception: it is an answer like any other.
 *
 * @param kind what sort of refusal, mapped to gRPC and HTTP status in one place
 * @param message what is wrong and how to fix it, for people
 */
public record Refusal(Kind kind, String message) {
  /** Sorts of refusal. */
  public enum Kind {
    /** A value breaks a rule, whatever the state is. */
    INVALID,
    /** Something named does not exist. */
    NOT_FOUND,
    /** The name is taken by something else. */
    ALREADY_EXISTS,
    /** The state does not allow it now. */
    NOT_NOW,
    /** A limit is reached: disk, counts, sizes. */
    EXHAUSTED,
    /** The registry cannot do it at the moment; trying again later may work. */
    UNAVAILABLE
  }

  /** A value that breaks a rule, with what it came from. */
  public static Refusal invalid(InvalidValueException e) {
    return new Refusal(Kind.INVALID, String.valueOf(e.getMessage()));
  }

  /** Something named does not exist. */
  public static Refusal notFound(String message) {
    return new Refusal(Kind.NOT_FOUND, message);
  }

  /** The state does not allow it now. */
  public static Refusal notNow(String message) {
    return new Refusal(Kind.NOT_NOW, message);
  }

  /** A limit is reached. */
  public static Refusal exhausted(String message) {
    return new Refusal(Kind.EXHAUSTED, message);
  }

  /** Trying again later may work. */
  public static Refusal unavailable(String message) {
    return new Refusal(Kind.UNAVAILABLE, message);
  }
}
