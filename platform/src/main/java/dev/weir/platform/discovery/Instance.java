package dev.weir.platform.discovery;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import java.util.Map;

/**
 * One running process that serves something.
 *
 * @param service service word: "model-worker", "router", "monitor"
 * @param id unique in its service, 1 to 128 characters
 * @param address where it takes calls
 * @param metadata free properties, at most 16 of at most 256 characters
 */
public record Instance(
    String service, String id, HostAndPort address, Map<String, String> metadata) {
  public Instance {
    Check.notBlank("service", service);
    Check.notBlank("id", id);
    Check.inRange("id length", id.length(), 1, 128);
    Check.inRange("metadata size", metadata.size(), 0, 16);
    metadata.forEach((key, value) -> {
      if (value.length() > 256) {
        throw new InvalidValueException("metadata " + key, value, "at most 256 characters");
      }
    });
    metadata = Map.copyOf(metadata);
  }
}
