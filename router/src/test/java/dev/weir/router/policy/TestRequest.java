package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as a test describes it. */
final class TestRequest implements RequestFacts {
  private final String model;
  private String version = "";
  private final Map<String, String> headers = new HashMap<>();
  private final Map<String, KeyValue> parameters = new HashMap<>();

  TestRequest(String model) {
    this.model = model;
  }

  TestRequest version(String named) {
    version = named;
    return this;
  }

  TestRequest header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  TestRequest parameter(String name, KeyValue value) {
    parameters.put(name, value);
    return this;
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  @Override
  public @Nullable KeyValue parameter(String name) {
    return parameters.get(name);
  }
}
