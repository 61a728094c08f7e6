package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/** Where in a request a value is found: a key to be sticky by, or what a condition tests. */
sealed interface KeySource {
  /** The protocol's parameter for sequences. */
  String SEQUENCE_ID = "sequence_id";

  /** Request metadata. */
  record Header(String name) implements KeySource {}

  /** A request parameter. */
  record Parameter(String name) implements KeySource {}

  /** The caller's proven identity. */
  record Identity() implements KeySource {}

  /** The request's key; null when it has none. */
  default @Nullable KeyValue keyOf(RequestFacts request) {
    KeyValue key =
        switch (this) {
          case Header(var name) -> text(request.header(name));
          case Parameter(var name) -> request.parameter(name);
          case Identity _ -> text(textOf(request));
        };
    return key == null || key.isNone() ? null : key;
  }

  private static @Nullable KeyValue text(@Nullable String value) {
    return value == null ? null : new KeyValue.Text(value);
  }

  /** The value as text; null when it is absent. */
  default @Nullable String textOf(RequestFacts request) {
    return switch (this) {
      case Header(var name) -> request.header(name);
      case Parameter(var name) -> {
        KeyValue value = request.parameter(name);
        yield value == null ? null : text(value);
      }
      case Identity _ -> {
        ClientIdentity identity = request.identity();
        yield identity == null || identity.name().isEmpty() ? null : identity.name();
      }
    };
  }

  private static String text(KeyValue value) {
    return switch (value) {
      case KeyValue.Text(var text) -> text;
      case KeyValue.Whole(var whole) -> Long.toString(whole);
      case KeyValue.Flag(var flag) -> Boolean.toString(flag);
      case KeyValue.Real(var real) -> Double.toString(real);
    };
  }
}
