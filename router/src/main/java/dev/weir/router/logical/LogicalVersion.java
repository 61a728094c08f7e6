package dev.weir.router.logical;

import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.CompiledRoute;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.policy.TritonTexts;
import org.jspecify.annotations.Nullable;

/** What a name and a version in a question stand for. */
sealed interface LogicalVersion {
  /** A model and one of its versions. */
  record Known(RoutingTable table, CompiledRoute route, RouteVariant variant)
      implements LogicalVersion {}

  /** A model that this caller may not call. */
  record Forbidden(Decision.Refused refusal) implements LogicalVersion {}

  /** Nothing that can be asked about. */
  record Unknown(Decision.Refused refusal) implements LogicalVersion {}

  /**
   * Finds it.
   *
   * @param version empty: the version that most requests get
   * @param caller who asks; null: nobody has proven it
   */
  static LogicalVersion find(
      @Nullable RoutingTable table, String model, String version, @Nullable ClientIdentity caller) {
    CompiledRoute route = table == null ? null : table.route(model);
    if (table == null || route == null) {
      return new Unknown(TritonTexts.unknownModel(model));
    }
    Decision.Refused refusal = route.refusal(caller);
    if (refusal != null) {
      return new Forbidden(refusal);
    }
    if (version.isEmpty()) {
      return new Known(table, route, route.heaviest());
    }
    return switch (route.pinnedTo(version)) {
      case Decision.Refused refused -> new Unknown(refused);
      case Decision.Routed routed -> new Known(table, route, routed.variant());
    };
  }
}
