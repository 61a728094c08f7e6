package dev.weir.router.policy;

import com.google.protobuf.Duration;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.CachedAnswer;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.Hedge;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Compiles how a route's requests are treated, beside which version answers them. */
final class TreatmentCompiler {
  private static final int MAX_ATTEMPTS = 3;
  private static final int MOST_RUNGS = 8;
  private static final int MOST_FIXED_BYTES = 65_536;
  private static final int MOST_MIRRORED_BYTES = 64 << 20;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  private final CompileScope scope;
  private final Treatment routes;

  /**
   * @param scope names its variants
   */
  TreatmentCompiler(CompileScope scope, Route route) {
    this.scope = scope;
    this.routes = compile(route);
  }

  /** That of the route, for requests that no rule treats otherwise. */
  Treatment ofRoute() {
    return routes;
  }

  private Treatment compile(Route route) {
    long timeout =
        route.hasTimeout() ? nanos("timeout", route.getTimeout(), 1, TimeUnit.DAYS.toNanos(1)) : 0;
    var retry = route.getRetry();
    long perTry =
        retry.hasPerTryTimeout()
            ? nanos("retry.per_try_timeout", retry.getPerTryTimeout(), MILLISECOND, 10 * MINUTE)
            : 0;
    return new Treatment(
        timeout,
        perTry,
        scope.range("max_attempts", route.getMaxAttempts(), 0, MAX_ATTEMPTS),
        scope.range(
            "retry.budget_basis_points", retry.getBudgetBasisPoints(), 0, StickyHash.BUCKETS),
        retry.hasHedge() ? hedge(retry.getHedge()) : null,
        Priority.NORMAL,
        route.hasMirror() ? mirror(route.getMirror()) : null,
        route.hasFallback() ? ladder(route.getFallback()) : null);
  }

  /** The route's, changed by a rule. */
  Treatment overridden(String at, Override override) {
    long timeout =
        override.hasTimeout()
            ? nanos(at + ".timeout", override.getTimeout(), 1, TimeUnit.DAYS.toNanos(1))
            : routes.timeoutNanos();
    int attempts = scope.range(at + ".max_attempts", override.getMaxAttempts(), 0, MAX_ATTEMPTS);
    return new Treatment(
        timeout,
        routes.perTryTimeoutNanos(),
        attempts == 0 ? routes.maxAttempts() : attempts,
        routes.retryBudgetBasisPoints(),
        routes.hedge(),
        switch (override.getPriority()) {
          case PRIORITY_HIGH -> Priority.HIGH;
          case PRIORITY_LOW -> Priority.LOW;
          // one that this version does not know is treated as usual
          case PRIORITY_NORMAL, UNRECOGNIZED -> Priority.NORMAL;
        },
        override.getNoMirror() ? null : routes.mirror(),
        override.getNoFallback() ? null : routes.ladder());
  }

  private HedgeRule hedge(Hedge hedge) {
    return new HedgeRule(
        scope.range("retry.hedge.after_quantile", hedge.getAfterQuantile(), 0.5, 0.999),
        hedge.hasMinDelay()
            ? nanos("retry.hedge.min_delay", hedge.getMinDelay(), 0, MINUTE)
            : MILLISECOND);
  }

  private MirrorRule mirror(Mirror mirror) {
    int inFlight = scope.range("mirror.max_in_flight", mirror.getMaxInFlight(), 0, 10_000);
    int bytes =
        scope.range(
            "mirror.max_request_bytes", mirror.getMaxRequestBytes(), 0, MOST_MIRRORED_BYTES);
    return new MirrorRule(
        scope.unweighted("mirror", mirror.getModel(), mirror.getVersion()),
        scope.range("mirror.share_basis_points", mirror.getShareBasisPoints(), 1, 10_000),
        mirror.hasTimeout()
            ? nanos("mirror.timeout", mirror.getTimeout(), MILLISECOND, MINUTE)
            : SECOND,
        inFlight == 0 ? 16 : inFlight,
        bytes == 0 ? 1 << 20 : bytes);
  }

  private @Nullable Ladder ladder(Fallback fallback) {
    scope.count("fallback.rungs", fallback.getRungsCount(), MOST_RUNGS);
    var steps = new ArrayList<Ladder.Step>();
    int caches = 0;
    for (int i = 0; i < fallback.getRungsCount(); i++) {
      String at = "fallback.rungs[" + i + "]";
      FallbackRung rung = fallback.getRungs(i);
      Rung answer = answer(at, rung);
      if (answer instanceof Rung.Cached && ++caches > 1) {
        throw scope.invalid(at + ".cached", "a second one", "at most one per route");
      }
      steps.add(new Ladder.Step(answer, triggers(at, rung)));
    }
    return new Ladder(steps, fallback.hasConfidence() ? gate(fallback, steps) : null);
  }

  private Rung answer(String at, FallbackRung rung) {
    return switch (rung.getAnswerCase()) {
      case VARIANT -> new Rung.OtherVariant(scope.variant(at + ".variant", rung.getVariant()));
      case CACHED -> cached(at + ".cached", rung.getCached());
      case FIXED -> fixed(at + ".fixed", rung.getFixed());
      case ANSWER_NOT_SET ->
          throw scope.invalid(at, "no answer that is known here", "variant, cached or fixed");
    };
  }

  private Rung cached(String at, CachedAnswer cached) {
    int entries = scope.range(at + ".max_entries", cached.getMaxEntries(), 0, 1_000_000);
    long bytes = cached.getMaxBytes();
    if (bytes != 0 && (bytes < 1024 || bytes > 1L << 30)) {
      throw scope.invalid(at + ".max_bytes", Long.toUnsignedString(bytes), "1024 to " + (1L << 30));
    }
    return new Rung.Cached(
        cached.hasTtl()
            ? nanos(at + ".ttl", cached.getTtl(), SECOND, TimeUnit.DAYS.toNanos(1))
            : MINUTE,
        entries == 0 ? 1_000 : entries,
        bytes == 0 ? 16L << 20 : bytes);
  }

  private Rung fixed(String at, ModelInferResponse response) {
    byte[] bytes = response.toBuilder().clearId().build().toByteArray();
    if (bytes.length > MOST_FIXED_BYTES) {
      throw scope.invalid(at, bytes.length + " bytes", "at most " + MOST_FIXED_BYTES + " bytes");
    }
    return new Rung.Fixed(bytes);
  }

  /** Triggers that this version does not know lead nowhere. */
  private int triggers(String at, FallbackRung rung) {
    if (rung.getOnCount() == 0) {
      return FallbackTrigger.UNAVAILABLE.bit() | FallbackTrigger.DEADLINE.bit();
    }
    int bits = 0;
    for (var on : rung.getOnList()) {
      bits |=
          switch (on) {
            case ON_UNAVAILABLE -> FallbackTrigger.UNAVAILABLE.bit();
            case ON_DEADLINE -> FallbackTrigger.DEADLINE.bit();
            case ON_LOW_CONFIDENCE -> FallbackTrigger.LOW_CONFIDENCE.bit();
            case ON_ERROR -> FallbackTrigger.ERROR.bit();
            case FALLBACK_TRIGGER_UNSPECIFIED, UNRECOGNIZED -> 0;
          };
    }
    if (bits == 0) {
      throw scope.invalid(at + ".on", rung.getOnList(), "a trigger that is known here");
    }
    return bits;
  }

  private ConfidenceGate gate(Fallback fallback, List<Ladder.Step> steps) {
    var gate = fallback.getConfidence();
    boolean leads =
        steps.stream().anyMatch(s -> (s.triggers() & FallbackTrigger.LOW_CONFIDENCE.bit()) != 0);
    if (!leads) {
      throw scope.invalid(
          "fallback.confidence", "no rung for unsure answers", "a rung with ON_LOW_CONFIDENCE");
    }
    if (!Double.isFinite(gate.getThreshold())) {
      throw scope.invalid("fallback.confidence.threshold", gate.getThreshold(), "a finite number");
    }
    return new ConfidenceGate(
        scope.name("fallback.confidence.output", gate.getOutput(), CompileScope.LONGEST_TEXT),
        switch (gate.getStatistic()) {
          case LARGEST -> ConfidenceGate.Statistic.LARGEST;
          case MARGIN -> ConfidenceGate.Statistic.MARGIN;
          case LARGEST_OF_SOFTMAX -> ConfidenceGate.Statistic.LARGEST_OF_SOFTMAX;
          case MARGIN_OF_SOFTMAX -> ConfidenceGate.Statistic.MARGIN_OF_SOFTMAX;
          case STATISTIC_UNSPECIFIED, UNRECOGNIZED ->
              throw scope.invalid(
                  "fallback.confidence.statistic",
                  gate.getStatisticValue(),
                  "LARGEST, MARGIN, LARGEST_OF_SOFTMAX or MARGIN_OF_SOFTMAX");
        },
        gate.getThreshold());
  }

  private long nanos(String field, Duration duration, long min, long max) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    boolean readable =
        seconds >= 0 && seconds <= TimeUnit.DAYS.toSeconds(2) && nanos >= 0 && nanos < SECOND;
    long value = readable ? seconds * SECOND + nanos : -1;
    if (value < min || value > max) {
      throw scope.invalid(
          field,
          readable ? java.time.Duration.ofNanos(value) : seconds + " s " + nanos + " ns",
          java.time.Duration.ofNanos(min) + " to " + java.time.Duration.ofNanos(max));
    }
    return value;
  }
}
