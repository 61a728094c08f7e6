package dev.weir.router.exchange;

import dev.weir.router.policy.RequestFacts;
import dev.weir.router.policy.StickyHash;
import dev.weir.router.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * The sequence that a request belongs to: requests that a model answers with what it remembers of
 * those before.
 *
 * @param key the same for all requests of a sequence
 * @param starts nothing was before it
 */
record Sequence(long key, boolean starts) {
  /** The sequence of a request; null: none. */
  static @Nullable Sequence of(RequestFacts request) {
    KeyValue id = idOf(request);
    return id == null
        ? null
        : new Sequence(new StickyHash(request.model()).unit(id), isStart(request));
  }

  /** A request's sequence id: a number but 0, or a text but the empty one; null: none. */
  static @Nullable KeyValue idOf(RequestFacts request) {
    KeyValue id = request.parameter("sequence_id");
    return id == null || id.isNone() ? null : id;
  }

  static boolean isStart(RequestFacts request) {
    return isTrue(request.parameter("sequence_start"));
  }

  static boolean isEnd(RequestFacts request) {
    return isTrue(request.parameter("sequence_end"));
  }

  private static boolean isTrue(@Nullable KeyValue value) {
    return value instanceof KeyValue.Flag(boolean set) && set;
  }
}
