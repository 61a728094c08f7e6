package dev.weir.router.exchange;

import dev.weir.router.stored.StoredAnswer;
import dev.weir.router.wire.StatusCode;

/** What the data plane does next. */
public sealed interface NextStep {
  /** The only {@link Wait}. */
  Wait WAIT = new Wait();

  /** Send the request to a worker. */
  record Send(Attempt attempt) implements NextStep {}

  /** Nothing: another attempt of the exchange is in flight, or it has been answered. */
  record Wait() implements NextStep {}

  /**
   * Ask {@link Exchange#resume} after a time: a worker wants it so.
   *
   * @param nanos less than what the exchange has left
   */
  record Pause(long nanos) implements NextStep {}

  /** Give the client this answer, with the request's own id. */
  record Give(StoredAnswer answer) implements NextStep {}

  /** End the client's call with a status. */
  record End(StatusCode code, String message) implements NextStep {}
}
