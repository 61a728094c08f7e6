package dev.weir.router.exchange;

import dev.weir.platform.telemetry.ObservedHistograms;
import dev.weir.platform.time.Clock;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.Reason;
import dev.weir.router.wire.StatusCode;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/**
 * Counts of requests for operators, and what else is kept of routes and variants. Labels are
 * bounded: routes and variants come from the registry, never from a client; a request for an
 * unknown model has neither. A request costs a few additions; everything else is done when metrics
 * are read. Thread-safe.
 */
public final class RequestMetrics {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> VARIANT = AttributeKey.stringKey("variant");
  private static final AttributeKey<String> CODE = AttributeKey.stringKey("code");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
  private static final StatusCode[] CODES = StatusCode.values();
  private static final Reason[] REASONS = Reason.values();

  private final RetryConfig retry;
  private final Clock clock;
  private final LongAdder inFlight = new LongAdder();
  private final StripedCounts refused = new StripedCounts(StatusCode.COUNT);
  private final Map<String, KnownRoute> routes = new ConcurrentHashMap<>();

  /** Defines the instruments. */
  public RequestMetrics(
      Meter meter, ObservedHistograms histograms, RetryConfig retry, Clock clock) {
    this.retry = retry;
    this.clock = clock;
    meter
        .counterBuilder("weir_router_requests")
        .setDescription("Inference requests (and stream messages) that ended, by final status.")
        .buildWithCallback(this::observeRequests);
    meter
        .counterBuilder("weir_router_decisions")
        .setDescription("Routing decisions by reason.")
        .buildWithCallback(this::observeDecisions);
    byVariant(
        meter,
        "weir_router_retries",
        "Further attempts after one that got no answer.",
        KnownVariant::retries);
    byVariant(
        meter,
        "weir_router_hedges",
        "Second attempts beside one that took unusually long.",
        KnownVariant::hedges);
    byVariant(
        meter, "weir_router_hedges_won", "Hedges that answered first.", KnownVariant::hedgesWon);
    byVariant(
        meter,
        "weir_router_retry_budget_refusals",
        "Retries and hedges that were not made because the route's budget was spent.",
        KnownVariant::refusedByBudget);
    histograms.define(
        "weir_router_latency_seconds",
        "Time from request to final status.",
        LatencyBounds.SECONDS,
        this::observeLatency);
    meter
        .upDownCounterBuilder("weir_router_in_flight")
        .setDescription("Inference requests in the router now.")
        .buildWithCallback(gauge -> gauge.record(inFlight.sum()));
    AnswerMetrics.register(meter, routes.values());
  }

  private void byVariant(
      Meter meter, String name, String description, ToLongFunction<KnownVariant> count) {
    meter
        .counterBuilder(name)
        .setDescription(description)
        .buildWithCallback(counter ->
            routes
                .values()
                .forEach(route ->
                    route
                        .variants()
                        .forEach(v -> recordNonZero(counter, count.applyAsLong(v), labels(v)))));
  }

  private static void recordNonZero(
      ObservableLongMeasurement counter, long count, Attributes labels) {
    if (count > 0) {
      counter.record(count, labels);
    }
  }

  private static Attributes labels(KnownVariant variant) {
    return Attributes.of(ROUTE, variant.route().name(), VARIANT, variant.name());
  }

  private void observeRequests(ObservableLongMeasurement counter) {
    for (StatusCode code : CODES) {
      for (KnownRoute route : routes.values()) {
        for (KnownVariant variant : route.variants()) {
          recordNonZero(
              counter,
              variant.ended(code),
              Attributes.of(ROUTE, route.name(), VARIANT, variant.name(), CODE, code.name()));
        }
      }
      recordNonZero(
          counter,
          refused.sum(code.number()),
          Attributes.of(ROUTE, "", VARIANT, "", CODE, code.name()));
    }
  }

  private void observeDecisions(ObservableLongMeasurement counter) {
    for (KnownRoute route : routes.values()) {
      for (Reason reason : REASONS) {
        recordNonZero(
            counter,
            route.decisions(reason),
            Attributes.of(ROUTE, route.name(), REASON, reason.word()));
      }
    }
  }

  private void observeLatency(ObservedHistograms.Observer observer) {
    for (KnownRoute route : routes.values()) {
      for (KnownVariant variant : route.variants()) {
        long[] counts = variant.latencyCounts();
        observer.observe(labels(variant), counts, variant.latencySumSeconds());
      }
    }
  }

  void started() {
    inFlight.increment();
  }

  /** Counts a decision; returns what is kept of its variant. */
  KnownVariant decided(Decision.Routed decision) {
    KnownVariant variant = variant(decision);
    variant.decided(decision.reason());
    return variant;
  }

  /** What is kept of a decision's variant. */
  KnownVariant variant(Decision.Routed decision) {
    return route(decision.route().name()).variant(decision.variant().name());
  }

  private KnownRoute route(String name) {
    KnownRoute known = routes.get(name);
    return known != null ? known : routes.computeIfAbsent(name, this::newRoute);
  }

  private KnownRoute newRoute(String name) {
    return new KnownRoute(
        name,
        new RetryBudget(retry.budgetWindow().toNanos(), retry.budgetPerSecond(), clock.nanoTime()));
  }

  void ended(KnownVariant variant, StatusCode code, long latencyNanos) {
    inFlight.decrement();
    variant.ended(code, latencyNanos);
  }

  void refused(StatusCode code) {
    inFlight.decrement();
    refused.increment(code.number());
  }
}
