package dev.weir.monitor.why;

import java.time.Instant;

/**
 * A change of what is deployed or configured. Immutable.
 *
 * @param at when, by the registry's clock as far as it says
 * @param kind what changed
 * @param route route that it is about; empty: the model on all routes
 * @param model model that it is about; empty: whatever is on the route
 * @param what one line for people, at most 300 characters
 */
record Deployment(Instant at, Kind kind, String route, String model, String what) {
  private static final int LONGEST = 300;

  /** What changed; the words are also those of the API, in small letters. */
  enum Kind {
    /** A route came or went. */
    ROUTE,
    /** Variants of a route and their weights. */
    WEIGHTS,
    /** Another part of a route. */
    SETTINGS,
    /** State or step of a rollout. */
    ROLLOUT,
    /** A version came, went, or is watched otherwise. */
    VERSION,
    /** What a name stands for. */
    ALIAS,
    /** The registry has another database. */
    REGISTRY
  }

  Deployment {
    what = what.length() <= LONGEST ? what : what.substring(0, LONGEST - 1) + "…";
  }

  /**
   * Whether it can have to do with a version of a model on a route.
   *
   * @param ofModel model; empty: whichever
   */
  boolean concerns(String ofRoute, String ofModel) {
    return (route.isEmpty() || route.equals(ofRoute))
        && (model.isEmpty() || ofModel.isEmpty() || model.equals(ofModel));
  }
}
