package dev.weir.benchmarks;

import dev.weir.router.policy.RequestFacts;
import dev.weir.router.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * A request for a model.
 *
 * @param session value of the header that makes it sticky; null: none
 */
record BenchRequest(String model, @Nullable String session) implements RequestFacts {
  static final String SESSION = "x-session";

  @Override
  public String version() {
    return "";
  }

  @Override
  public @Nullable String header(String name) {
    return name.equals(SESSION) ? session : null;
  }

  @Override
  public @Nullable KeyValue parameter(String name) {
    return null;
  }
}
