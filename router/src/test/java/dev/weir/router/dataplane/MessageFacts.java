package dev.weir.router.dataplane;

import dev.weir.router.policy.RequestFacts;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.RequestPeek;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** What routing sees of one message and its call's metadata. */
record MessageFacts(RequestPeek peek, Metadata headers) implements RequestFacts {
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
    return HeaderRules.value(headers, name);
  }

  @Override
  public @Nullable KeyValue parameter(String name) {
    return peek.parameter(name);
  }
}
