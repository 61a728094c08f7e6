package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/** Where a route finds the key that makes it sticky. */
sealed interface StickySource {
  /** The protocol's parameter for sequences. */
  String SEQUENCE_ID = "sequence_id";

  /** Request metadata. */
  record Header(String name) implements StickySource {}

  /** A request parameter. */
  record Parameter(String name) implements StickySource {}

  /** The request's key; null when it has none. */
  default @Nullable KeyValue keyOf(RequestFacts request) {
    KeyValue key =
        switch (this) {
          case Header(var name) -> {
            String value = request.header(name);
            yield value == null ? null : new KeyValue.Text(value);
          }
          case Parameter(var name) -> request.parameter(name);
        };
    return key == null || key.isNone() ? null : key;
  }
}
