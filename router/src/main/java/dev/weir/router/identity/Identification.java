package dev.weir.router.identity;

import dev.weir.router.policy.ClientIdentity;
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
   * The request ends with UNAUTHENTICATED.
   *
   * @param message for the client; bears no part of what it has sent
   */
  record Refused(String message) implements Identification {}
}
