package dev.weir.registry.route;

import com.google.protobuf.Duration;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.CachedAnswer;
import dev.weir.proto.route.v1.ConfidenceGate;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.FallbackTrigger;
import dev.weir.proto.route.v1.Limit;
import dev.weir.proto.route.v1.Limits;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.RetryPolicy;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.VersionId;
import java.util.Set;

/** What a route's callers, mirror, fallback ladder, limits and retries must look like. */
final class PolicyChecks {
  private static final int MAX_CALLERS = 256;
  private static final int MAX_IDENTITY = 256;
  private static final int MAX_RUNGS = 8;
  private static final int MAX_FIXED_BYTES = 65_536;
  private static final int MAX_OUTPUT = 256;
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long DAY = 24 * 60 * MINUTE;

  private PolicyChecks() {}

  static void check(Route route, Set<String> variants) {
    if (route.hasAccess()) {
      access(route);
    }
    if (route.hasMirror()) {
      mirror(route.getMirror());
    }
    if (route.hasFallback()) {
      fallback(route.getFallback(), variants);
    }
    if (route.hasLimits()) {
      limits(route.getLimits());
    }
    if (route.hasRetry()) {
      retry(route.getRetry());
    }
  }

  private static void access(Route route) {
    Check.inRange(
        "route.access.may_call count", route.getAccess().getMayCallCount(), 0, MAX_CALLERS);
    for (int i = 0; i < route.getAccess().getMayCallCount(); i++) {
      String at = "route.access.may_call[" + i + "]";
      String caller =
          Check.notBlank(at, Names.text(at, route.getAccess().getMayCall(i), MAX_IDENTITY));
      int star = caller.indexOf('*');
      if (star >= 0 && star < caller.length() - 1) {
        throw new InvalidValueException(at, caller, "a * at the end only");
      }
    }
  }

  private static void mirror(Mirror mirror) {
    VersionId.parse(
        "route.mirror.model", mirror.getModel(), "route.mirror.version", mirror.getVersion());
    Fields.unsigned("route.mirror.share_basis_points", mirror.getShareBasisPoints(), 1, 10_000);
    Fields.unsigned("route.mirror.max_in_flight", mirror.getMaxInFlight(), 0, 10_000);
    Fields.unsigned("route.mirror.max_request_bytes", mirror.getMaxRequestBytes(), 0, 64 << 20);
    if (mirror.hasTimeout()) {
      Fields.millis("route.mirror.timeout", mirror.getTimeout(), 1, MINUTE);
    }
  }

  private static void fallback(Fallback fallback, Set<String> variants) {
    Check.inRange("route.fallback.rungs count", fallback.getRungsCount(), 0, MAX_RUNGS);
    boolean cached = false;
    boolean forUnsure = false;
    for (int i = 0; i < fallback.getRungsCount(); i++) {
      String at = "route.fallback.rungs[" + i + "]";
      FallbackRung rung = fallback.getRungs(i);
      for (FallbackTrigger on : rung.getOnList()) {
        if (on == FallbackTrigger.FALLBACK_TRIGGER_UNSPECIFIED
            || on == FallbackTrigger.UNRECOGNIZED) {
          throw new InvalidValueException(
              at + ".on", on, "ON_UNAVAILABLE, ON_DEADLINE, ON_LOW_CONFIDENCE or ON_ERROR");
        }
      }
      forUnsure |= rung.getOnList().contains(FallbackTrigger.ON_LOW_CONFIDENCE);
      switch (rung.getAnswerCase()) {
        case VARIANT -> Fields.variant(at + ".variant", rung.getVariant(), variants);
        case CACHED -> {
          if (cached) {
            throw new InvalidValueException(at + ".cached", "a second one", "at most one");
          }
          cached = true;
          cached(at + ".cached", rung.getCached());
        }
        case FIXED ->
            Check.inRange(
                at + ".fixed bytes", rung.getFixed().getSerializedSize(), 1, MAX_FIXED_BYTES);
        case ANSWER_NOT_SET ->
            throw new InvalidValueException(at, "no answer", "variant, cached or fixed");
      }
    }
    if (fallback.hasConfidence()) {
      confidence(fallback.getConfidence(), forUnsure);
    }
  }

  private static void cached(String at, CachedAnswer cached) {
    if (cached.hasTtl()) {
      Fields.millis(at + ".ttl", cached.getTtl(), SECOND, DAY);
    }
    Fields.unsigned(at + ".max_entries", cached.getMaxEntries(), 0, 1_000_000);
    if (cached.getMaxBytes() != 0) {
      Check.inRange(at + ".max_bytes", cached.getMaxBytes(), 1_024, 1L << 30);
    }
  }

  private static void confidence(ConfidenceGate gate, boolean forUnsure) {
    if (!forUnsure) {
      throw new InvalidValueException(
          "route.fallback.confidence",
          "no rung for unsure answers",
          "a rung with ON_LOW_CONFIDENCE");
    }
    Check.notBlank(
        "route.fallback.confidence.output",
        Names.text("route.fallback.confidence.output", gate.getOutput(), MAX_OUTPUT));
    if (gate.getStatistic() == ConfidenceGate.Statistic.STATISTIC_UNSPECIFIED
        || gate.getStatistic() == ConfidenceGate.Statistic.UNRECOGNIZED) {
      throw new InvalidValueException(
          "route.fallback.confidence.statistic",
          gate.getStatistic(),
          "LARGEST, MARGIN, LARGEST_OF_SOFTMAX or MARGIN_OF_SOFTMAX");
    }
    if (!Double.isFinite(gate.getThreshold())) {
      throw new InvalidValueException(
          "route.fallback.confidence.threshold", gate.getThreshold(), "a finite number");
    }
  }

  private static void limits(Limits limits) {
    limit("route.limits.route", limits.getRoute());
    limit("route.limits.client", limits.getClient());
    if (!limits.getClientHeader().isEmpty()) {
      Fields.header("route.limits.client_header", limits.getClientHeader());
    }
    int low = limits.getLowPriorityPercent();
    int normal = limits.getNormalPriorityPercent();
    Fields.unsigned("route.limits.normal_priority_percent", normal, 0, 100);
    Fields.unsigned(
        "route.limits.low_priority_percent", low == 0 ? 80 : low, 1, normal == 0 ? 100 : normal);
  }

  private static void limit(String at, Limit limit) {
    Fields.unsigned(at + ".max_concurrent", limit.getMaxConcurrent(), 0, 1_000_000);
    Check.inRange(at + ".requests_per_second", limit.getRequestsPerSecond(), 0, 10_000_000);
    Fields.unsigned(
        at + ".burst", limit.getBurst(), 0, limit.getRequestsPerSecond() > 0 ? 1_000_000 : 0);
  }

  private static void retry(RetryPolicy retry) {
    if (retry.hasPerTryTimeout()) {
      Fields.millis("route.retry.per_try_timeout", retry.getPerTryTimeout(), 1, 10 * MINUTE);
    }
    Fields.unsigned("route.retry.budget_basis_points", retry.getBudgetBasisPoints(), 0, 10_000);
    if (retry.hasHedge()) {
      Check.inRange(
          "route.retry.hedge.after_quantile", retry.getHedge().getAfterQuantile(), 0.5, 0.999);
      Duration delay = retry.getHedge().getMinDelay();
      Fields.millis("route.retry.hedge.min_delay", delay, 0, MINUTE);
    }
  }
}
