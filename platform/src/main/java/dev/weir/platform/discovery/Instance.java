package dev.weir.platform.discovery;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One running process that serves something.
 *
 * @param service service word: "model-worker", "router", "monitor"; 1 to 128 characters
 * @param id unique in its service, 1 to 128 characters
 * @param address where it takes calls
 * @param metadata free properties, at most 16; names of 1 to 64 letters, digits, "_" and "-" (what
 *     Consul takes), values of at most 256 characters
 */
public record Instance(
    String service, String id, HostAndPort address, Map<String, String> metadata) {
  /** Longest service word and id, characters. */
  static final int MAX_NAME_LENGTH = 128;

  private static final Pattern METADATA_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  public Instance {
    Check.notBlank("service", service);
    Check.inRange("service length", service.length(), 1, MAX_NAME_LENGTH);
    Check.notBlank("id", id);
    Check.inRange("id length", id.length(), 1, MAX_NAME_LENGTH);
    Check.inRange("metadata size", metadata.size(), 0, 16);
    metadata.forEach((key, value) -> {
      if (!METADATA_NAME.matcher(key).matches()) {
        throw new InvalidValueException("metadata", key, "a name like worker_pool-1");
      }
      if (value.length() > 256) {
        throw new InvalidValueException("metadata " + key, value, "at most 256 characters");
      }
    });
    metadata = Map.copyOf(metadata);
  }
}
