package dev.weir.platform.lifecycle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whether a service can do its work, with reasons. Each part of the service says how it is; the
 * whole is ready when no part is against it. Thread-safe.
 */
public final class Readiness {
  private final ConcurrentSkipListMap<String, State> parts = new ConcurrentSkipListMap<>();

  /** How a part is. */
  public sealed interface State {
    /** It works. */
    record Ready() implements State {}

    /** It works, but not as well as it should: the service stays ready and says so. */
    record Degraded(String reason) implements State {}

    /** It does not work (yet). */
    record NotReady(String reason) implements State {}
  }

  /** Says how a part is. */
  public void set(String part, State state) {
    parts.put(part, state);
  }

  /** The part works. */
  public void ready(String part) {
    set(part, new State.Ready());
  }

  /** The part does not work. */
  public void notReady(String part, String reason) {
    set(part, new State.NotReady(reason));
  }

  /** The part works, but not as it should. */
  public void degraded(String part, String reason) {
    set(part, new State.Degraded(reason));
  }

  /** True when no part is against it. */
  public boolean isReady() {
    return parts.values().stream().noneMatch(State.NotReady.class::isInstance);
  }

  /** Each part with "ready" or its reason, in order of name. */
  public Map<String, String> describe() {
    var described = new LinkedHashMap<String, String>();
    parts.forEach((part, state) ->
        described.put(
            part,
            switch (state) {
              case State.Ready() -> "ready";
              case State.Degraded(var reason) -> "degraded: " + reason;
              case State.NotReady(var reason) -> "not ready: " + reason;
            }));
    return described;
  }
}
