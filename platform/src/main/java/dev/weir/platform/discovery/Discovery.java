package dev.weir.platform.discovery;

import java.util.List;
import java.util.function.Consumer;

/**
 * Who is there. Implementations keep trying while their source is away, and never take the last
 * known instances back because of that: only a source that answers can say that an instance is
 * gone. Thread-safe.
 */
public interface Discovery extends AutoCloseable {
  /**
   * Makes an instance known and keeps it known (renewing its lease) until the registration is
   * closed or the process dies. Returns at once; while the source is away it is retried.
   */
  Registration register(Instance instance);

  /**
   * Calls the listener with all instances of a service, first when they are known, then after each
   * change, in order of id, never twice at a time. The first call may come before this returns. A
   * listener that is slow misses lists, but never the newest.
   */
  Subscription watch(String service, Consumer<List<Instance>> listener);

  /** Whether the source answers, for health pages: empty when it does, else why not. */
  String problem();

  /**
   * Ends all registrations (as if the process died: deregister first for an orderly end) and
   * subscriptions.
   */
  @Override
  void close();

  /** An instance that is known. */
  interface Registration extends AutoCloseable {
    /** Takes the instance out of discovery; waits at most 2 seconds for the source. Idempotent. */
    @Override
    void close();
  }

  /** A listener that is called. */
  interface Subscription extends AutoCloseable {
    /**
     * The listener is not called after this returns: a call under way is waited for, unless it is
     * the listener itself that closes. Idempotent.
     */
    @Override
    void close();
  }
}
