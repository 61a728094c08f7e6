package dev.weir.router.exchange;

import dev.weir.platform.time.Clock;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.Draws;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.wire.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Opens an exchange for each request. Thread-safe. */
public final class Exchanges {
  private final Supplier<@Nullable RoutingTable> table;
  private final WorkerSet workers;
  private final OutcomeLedger ledger;
  private final RequestMetrics metrics;
  private final RetryConfig retry;
  private final Draws draws;
  private final Tracer tracer;
  private final Clock clock;

  /**
   * @param table the table in force; null before the first snapshot
   */
  public Exchanges(
      Supplier<@Nullable RoutingTable> table,
      WorkerSet workers,
      OutcomeLedger ledger,
      RequestMetrics metrics,
      RetryConfig retry,
      Draws draws,
      Tracer tracer,
      Clock clock) {
    this.table = table;
    this.workers = workers;
    this.ledger = ledger;
    this.metrics = metrics;
    this.retry = retry;
    this.draws = draws;
    this.tracer = tracer;
    this.clock = clock;
  }

  /** What opening a request led to. */
  public sealed interface Opened {
    /** It has a variant: go on with {@link Exchange#begin}. */
    record Accepted(Exchange exchange) implements Opened {}

    /** It is refused. Everything was counted. */
    record Refused(StatusCode code, String message) implements Opened {}
  }

  /**
   * Decides for a whole request.
   *
   * @param traceparent the client's trace context; null: none
   */
  public Opened open(RequestFacts request, @Nullable String traceparent) {
    metrics.started();
    RequestTrace trace = RequestTrace.start(tracer, "ModelInfer", traceparent);
    return switch (decide(request)) {
      case Decision.Refused(var code, var message) -> {
        metrics.refused(code);
        trace.end(code, message);
        yield new Opened.Refused(code, message);
      }
      case Decision.Routed routed -> {
        metrics.decided(routed);
        yield new Opened.Accepted(new Exchange(this, routed, trace));
      }
    };
  }

  /** Counts a request whose bytes could not be read. */
  public void refusedUnread(@Nullable String traceparent, StatusCode code, String message) {
    metrics.started();
    metrics.refused(code);
    RequestTrace.start(tracer, "ModelInfer", traceparent).end(code, message);
  }

  /**
   * Opens a stream.
   *
   * @param traceparent the client's trace context; null: none
   */
  public StreamExchange openStream(@Nullable String traceparent) {
    return new StreamExchange(this, RequestTrace.start(tracer, "ModelStreamInfer", traceparent));
  }

  /** Decides without opening an exchange: for the messages of streams. */
  public Decision decide(RequestFacts request) {
    RoutingTable now = table.get();
    return now == null
        ? new Decision.Refused(
            StatusCode.UNAVAILABLE,
            "Request for model '" + request.model() + "': the router has no routes yet")
        : now.decide(request, draws.generator());
  }

  /** Time for an answer when nothing else is known. */
  public Duration timeout() {
    return retry.timeout();
  }

  /** Time for an answer to a request: the route's, or the default. */
  public Duration timeout(Decision.Routed decision) {
    long nanos = decision.treatment().timeoutNanos();
    return nanos == 0 ? retry.timeout() : Duration.ofNanos(nanos);
  }

  int maxAttempts(Decision.Routed decision) {
    int routes = decision.treatment().maxAttempts();
    return routes == 0 ? retry.maxAttempts() : routes;
  }

  /** A new request id, 32 hexadecimal digits. */
  public String newRequestId() {
    RandomGenerator random = random();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  WorkerSet workers() {
    return workers;
  }

  OutcomeLedger ledger() {
    return ledger;
  }

  RequestMetrics metrics() {
    return metrics;
  }

  Tracer tracer() {
    return tracer;
  }

  RandomGenerator random() {
    return draws.generator();
  }

  long nanoTime() {
    return clock.nanoTime();
  }
}
