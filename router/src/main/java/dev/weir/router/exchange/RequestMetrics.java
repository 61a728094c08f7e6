package dev.weir.router.exchange;

import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.wire.StatusCode;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of requests for operators. Labels are bounded: routes and variants come from the registry,
 * never from a client; a request for an unknown model has neither. Thread-safe.
 */
public final class RequestMetrics {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> VARIANT = AttributeKey.stringKey("variant");
  private static final AttributeKey<String> CODE = AttributeKey.stringKey("code");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
  private static final List<Double> LATENCY_BOUNDS =
      List.of(
          0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3,
          0.5, 1.0, 2.0, 5.0, 10.0, 30.0);

  private final LongCounter requests;
  private final LongCounter reasons;
  private final LongCounter retries;
  private final DoubleHistogram latency;
  private final LongAdder inFlight = new LongAdder();
  private final Map<String, Map<String, Labels>> byRoute = new ConcurrentHashMap<>();
  private final Labels unrouted = new Labels("", "");

  /** Label sets of one variant, made once. */
  private static final class Labels {
    private final Attributes variant;
    private final Attributes[] byCode = new Attributes[StatusCode.COUNT];

    Labels(String route, String variant) {
      this.variant = Attributes.of(ROUTE, route, VARIANT, variant);
      for (int number = 0; number < StatusCode.COUNT; number++) {
        byCode[number] =
            this.variant.toBuilder().put(CODE, StatusCode.ofNumber(number).name()).build();
      }
    }
  }

  /** Defines the instruments. */
  public RequestMetrics(Meter meter) {
    this.requests =
        meter
            .counterBuilder("weir_router_requests")
            .setDescription("Inference requests (and stream messages) that ended, by final status.")
            .build();
    this.reasons =
        meter
            .counterBuilder("weir_router_decisions")
            .setDescription("Routing decisions by reason.")
            .build();
    this.retries =
        meter
            .counterBuilder("weir_router_retries")
            .setDescription("Further attempts after one that got no answer.")
            .build();
    this.latency =
        meter
            .histogramBuilder("weir_router_latency_seconds")
            .setDescription("Time from request to final status.")
            .setExplicitBucketBoundariesAdvice(LATENCY_BOUNDS)
            .build();
    meter
        .upDownCounterBuilder("weir_router_in_flight")
        .setDescription("Inference requests in the router now.")
        .buildWithCallback(gauge -> gauge.record(inFlight.sum()));
  }

  void started() {
    inFlight.increment();
  }

  void decided(Decision.Routed decision) {
    reasons.add(1, Attributes.of(ROUTE, decision.route().name(), REASON, decision.reason().word()));
  }

  void retried(Decision.Routed decision) {
    retries.add(1, labels(decision.route().name(), decision.variant()).variant);
  }

  void ended(Decision.Routed decision, StatusCode code, long latencyNanos) {
    Labels labels = labels(decision.route().name(), decision.variant());
    inFlight.decrement();
    requests.add(1, labels.byCode[code.number()]);
    latency.record(latencyNanos * 1e-9, labels.variant);
  }

  void refused(StatusCode code) {
    inFlight.decrement();
    requests.add(1, unrouted.byCode[code.number()]);
  }

  private Labels labels(String route, RouteVariant variant) {
    Map<String, Labels> variants = byRoute.get(route);
    if (variants == null) {
      variants = byRoute.computeIfAbsent(route, r -> new ConcurrentHashMap<>());
    }
    Labels labels = variants.get(variant.name());
    return labels != null
        ? labels
        : variants.computeIfAbsent(variant.name(), v -> new Labels(route, v));
  }
}
