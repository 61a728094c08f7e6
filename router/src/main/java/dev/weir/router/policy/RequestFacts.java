package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/** What is known of a request when it has to be routed. */
public interface RequestFacts {
  /** Model name as the client wrote it. */
  String model();

  /** Version that the client named; empty: none. */
  String version();

  /** Value of request metadata; null: absent. Names are lower case. */
  @Nullable String header(String name);

  /** Request parameter; null: absent. */
  @Nullable KeyValue parameter(String name);

  /** Who calls; null: nobody has proven it. */
  default @Nullable ClientIdentity identity() {
    return null;
  }
}
