package dev.weir.router.logical;

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

  /** Nothing that can be asked about. */
  record Unknown(Decision.Refused refusal) implements LogicalVersion {}

  /**
   * Finds it.
   *
   * @param version empty: the version that most requests get
   */
  static LogicalVersion find(@Nullable RoutingTable table, String model, String version) {
    CompiledRoute route = table == null ? null : table.route(model);
    if (table == null || route == null) {
      return new Unknown(TritonTexts.unknownModel(model));
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
