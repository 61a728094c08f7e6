package dev.weir.router.relay;

import dev.weir.router.identity.Identification;
import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.RequestPeek;
import org.jspecify.annotations.Nullable;

/** What routing sees of one message and its call. */
record MessageFacts(RequestPeek peek, RequestHeaders headers, Identification caller)
    implements RequestFacts {
  @Override
  public String model() {
    return peek.model();
  }

  @Override
  public String version() {
    return peek.version();
  }

  @Override
  public @Nullable String header(String name) {
    return headers.text(name);
  }

  @Override
  public @Nullable ClientIdentity identity() {
    return caller instanceof Identification.Known(var identity) ? identity : null;
  }

  @Override
  public @Nullable KeyValue parameter(String name) {
    return peek.parameter(name);
  }
}
