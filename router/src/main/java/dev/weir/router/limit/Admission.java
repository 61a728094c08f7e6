package dev.weir.router.limit;

import org.jspecify.annotations.Nullable;

/** Whether a request may go on. */
public sealed interface Admission {
  /**
   * It may. To be released once, when the request has ended; not thread-safe beyond that.
   *
   * <p>{@link #FREE} stands for requests that nothing bounds; releasing it does nothing.
   */
  final class Granted implements Admission {
    /** Nothing was taken. */
    public static final Granted FREE = new Granted(null, null);

    private final @Nullable Permits route;
    private final @Nullable Permits client;

    Granted(@Nullable Permits route, @Nullable Permits client) {
      this.route = route;
      this.client = client;
    }

    /** Gives back what was taken. */
    public void release() {
      if (route != null) {
        route.release();
      }
      if (client != null) {
        client.release();
      }
    }
  }

  /**
   * It is over a bound: RESOURCE_EXHAUSTED. It was counted.
   *
   * @param limit the bound
   * @param message for the client
   */
  record Refused(ExceededLimit limit, String message) implements Admission {}
}
