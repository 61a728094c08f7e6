package dev.weir.monitor.foreign;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Those attributes of a span or resource that say anything about a call, as text of at most 256
 * characters; lists and maps are none. Of a key that comes twice the first counts.
 */
final class KnownAttributes {
  private static final int LONGEST = 256;
  private static final Set<String> KEYS =
      Set.of(
          "service.name",
          "service.instance.id",
          "service.version",
          "service.peer.name",
          "peer.service",
          "server.address",
          "deployment.environment.name",
          "deployment.environment",
          "rpc.system.name",
          "rpc.system",
          "rpc.service",
          "rpc.method",
          "rpc.response.status_code",
          "rpc.grpc.status_code",
          "http.request.method",
          "http.method",
          "http.route",
          "http.response.status_code",
          "http.status_code",
          "url.path",
          "http.target",
          "gen_ai.request.model",
          "gen_ai.response.model",
          "feature_flag.key",
          "feature_flag.result.variant",
          "feature_flag.variant",
          "weir.route",
          "weir.variant",
          "weir.model",
          "weir.version",
          "weir.arm",
          "weir.canary_probability",
          "weir.rollout",
          "weir.rollout_step",
          "weir.unit");

  private final Map<String, String> values = new HashMap<>();

  KnownAttributes(List<KeyValue> attributes) {
    for (KeyValue attribute : attributes) {
      if (KEYS.contains(attribute.getKey())) {
        String text = text(attribute.getValue());
        if (!text.isEmpty()) {
          values.putIfAbsent(attribute.getKey(), text);
        }
      }
    }
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> {
        String text = value.getStringValue();
        yield text.length() <= LONGEST ? text : text.substring(0, LONGEST);
      }
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case INT_VALUE -> Long.toString(value.getIntValue());
      case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
      default -> "";
    };
  }

  /** The first of these that is there; "" when none is. */
  String first(String... keys) {
    for (String key : keys) {
      String value = values.get(key);
      if (value != null) {
        return value;
      }
    }
    return "";
  }

  boolean has(String key) {
    return values.containsKey(key);
  }
}
