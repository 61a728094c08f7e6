package dev.weir.router.exchange;

import dev.weir.router.wire.StatusCode;

/** What the data plane does next. */
public sealed interface NextStep {
  /** Send the request to a worker. */
  record Send(Attempt attempt) implements NextStep {}

  /** End the client's call with a status. */
  record End(StatusCode code, String message) implements NextStep {}
}
