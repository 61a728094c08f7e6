package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as a test describes it. */
public final class TestRequest implements RequestFacts {
  private final String model;
  private String version = "";
  private @Nullable ClientIdentity identity;
  private final Map<String, String> headers = new HashMap<>();
  private final Map<String, KeyValue> parameters = new HashMap<>();

  public TestRequest(String model) {
    this.model = model;
  }

  public TestRequest version(String named) {
    version = named;
    return this;
  }

  public TestRequest header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public TestRequest parameter(String name, KeyValue value) {
    parameters.put(name, value);
    return this;
  }

  public TestRequest from(String client) {
    identity = new ClientIdentity(client, ClientIdentity.Proof.CERTIFICATE);
    return this;
  }

  @Override
  public @Nullable ClientIdentity identity() {
    return identity;
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
