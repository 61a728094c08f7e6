package dev.weir.router.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** "Requests of this kind are treated so." The first of a route's rules that matches counts. */
final class RouteRule {
  private final String name;
  private final Condition[] conditions;
  private final Action action;

  /**
   * @param conditions all must hold; none: every request
   */
  RouteRule(String name, List<Condition> conditions, Action action) {
    this.name = name;
    this.conditions = conditions.toArray(Condition[]::new);
    this.action = action;
  }

  /** One test of a request; {@code negated}: the opposite must hold. */
  record Condition(KeySource source, ValueTest test, boolean negated) {
    boolean holds(RequestFacts request) {
      return test.holds(source.textOf(request)) != negated;
    }
  }

  /** What is done with a matched request. */
  sealed interface Action {
    /** A variant answers. */
    record Assign(RouteVariant variant) implements Action {}

    /** It is refused. */
    record Deny(Decision.Refused refusal) implements Action {}

    /**
     * It is treated otherwise.
     *
     * @param version what answers; null: what would answer without the rule
     */
    record Override(@Nullable RouteVariant version, Treatment treatment) implements Action {}
  }

  boolean matches(RequestFacts request) {
    for (Condition condition : conditions) {
      if (!condition.holds(request)) {
        return false;
      }
    }
    return true;
  }

  Action action() {
    return action;
  }

  String name() {
    return name;
  }
}
