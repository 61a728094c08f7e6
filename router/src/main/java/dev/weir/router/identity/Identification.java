package dev.weir.router.identity;

import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.wire.StatusCode;
import org.jspecify.annotations.Nullable;

/** What is made of a request's proofs of identity. */
public sealed interface Identification {
  /**
   * The request may go on.
   *
   * @param identity who calls; null: nobody has proven it, and nobody has to
   */
  record Known(@Nullable ClientIdentity identity) implements Identification {}

  /**
   * The request ends.
   *
   * @param code UNAUTHENTICATED; RESOURCE_EXHAUSTED when the proof was not looked at
   * @param message for the client; bears no part of what it has sent
   */
  record Refused(StatusCode code, String message) implements Identification {
    Refused(String message) {
      this(StatusCode.UNAUTHENTICATED, message);
    }
  }
}
