package dev.weir.router.policy;

/** What answers instead. */
public sealed interface Rung {
  /** Another variant. */
  record OtherVariant(RouteVariant variant) implements Rung {}

  /**
   * The last good answer to the same request, when it is in memory.
   *
   * @param ttlNanos how old it may be, nanoseconds
   * @param maxEntries answers kept at most, per route
   * @param maxBytes their bytes at most
   */
  record Cached(long ttlNanos, int maxEntries, long maxBytes) implements Rung {}

  /**
   * Always the same answer.
   *
   * @param response serialised {@code ModelInferResponse}, without an id; not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity: it is compiled once
  record Fixed(byte[] response) implements Rung {}
}
