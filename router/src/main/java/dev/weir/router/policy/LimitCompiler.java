package dev.weir.router.policy;

import dev.weir.proto.route.v1.Limit;
import dev.weir.proto.route.v1.Limits;

/** Compiles a route's bounds. */
final class LimitCompiler {
  private static final int MOST_CONCURRENT = 1_000_000;
  private static final double MOST_PER_SECOND = 10_000_000;
  private static final int MOST_BURST = 1_000_000;

  private final CompileScope scope;

  LimitCompiler(CompileScope scope) {
    this.scope = scope;
  }

  RouteLimits compile(Limits limits) {
    LimitRule route = rule("limits.route", limits.getRoute());
    int low = percent("limits.low_priority_percent", limits.getLowPriorityPercent(), 80);
    int normal = percent("limits.normal_priority_percent", limits.getNormalPriorityPercent(), 100);
    if (low > normal) {
      throw scope.invalid(
          "limits.low_priority_percent", low, "at most normal_priority_percent, " + normal);
    }
    return new RouteLimits(
        route,
        rule("limits.client", limits.getClient()),
        limits.getClientHeader().isEmpty()
            ? null
            : scope.header("limits.client_header", limits.getClientHeader()),
        low,
        normal);
  }

  private int percent(String field, int value, int otherwise) {
    return value == 0 ? otherwise : scope.range(field, value, 1, 100);
  }

  private LimitRule rule(String at, Limit limit) {
    int concurrent =
        scope.range(at + ".max_concurrent", limit.getMaxConcurrent(), 0, MOST_CONCURRENT);
    double rate =
        scope.range(at + ".requests_per_second", limit.getRequestsPerSecond(), 0, MOST_PER_SECOND);
    int burst = scope.range(at + ".burst", limit.getBurst(), 0, MOST_BURST);
    if (rate == 0 && burst != 0) {
      throw scope.invalid(at + ".burst", burst, "0 without requests_per_second");
    }
    int allowance =
        burst == 0 && rate > 0 ? (int) Math.clamp(Math.ceil(rate), 1, MOST_BURST) : burst;
    return new LimitRule(concurrent, rate, allowance);
  }
}
