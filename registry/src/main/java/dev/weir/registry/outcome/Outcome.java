package dev.weir.registry.outcome;

import java.util.function.Function;

/** What a command ends with. */
public sealed interface Outcome<T> {
  /** It was done, durably. */
  record Done<T>(T value) implements Outcome<T> {}

  /** Nothing was changed. */
  record Refused<T>(Refusal refusal) implements Outcome<T> {}

  /** Done with this result. */
  static <T> Outcome<T> done(T value) {
    return new Done<>(value);
  }

  /** Refused. */
  static <T> Outcome<T> refused(Refusal refusal) {
    return new Refused<>(refusal);
  }

  /** The same outcome with its result turned into another. */
  default <R> Outcome<R> map(Function<? super T, ? extends R> function) {
    return switch (this) {
      case Done<T>(var value) -> new Done<>(function.apply(value));
      case Refused<T>(var refusal) -> new Refused<>(refusal);
    };
  }
}
