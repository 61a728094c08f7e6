package dev.weir.router.exchange;

import dev.weir.platform.time.Clock;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.limit.Admission;
import dev.weir.router.limit.ByteBudget;
import dev.weir.router.limit.Limits;
import dev.weir.router.mirror.MirrorLog;
import dev.weir.router.outcome.ExposureLog;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.Draws;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.StatusCode;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Opens an exchange for each request. Thread-safe. */
public final class Exchanges {
  private final Supplier<@Nullable RoutingTable> table;
  private final WorkerSet workers;
  private final OutcomeLedger ledger;
  private final ExposureLog exposures;
  private final RequestMetrics metrics;
  private final RetryConfig retry;
  private final Limits limits;
  private final MirrorLog mirrors;
  private final ByteBudget copies;
  private final Draws draws;
  private final Tracing tracing;
  private final Clock clock;
  private final long timeoutNanos;
  private final long longestPushbackNanos;

  /**
   * @param table the table in force; null before the first snapshot
   * @param mirrors takes pairs of answers
   * @param copies bytes of copies for shadow versions that may be under way
   */
  public Exchanges(
      Supplier<@Nullable RoutingTable> table,
      WorkerSet workers,
      OutcomeLedger ledger,
      ExposureLog exposures,
      RequestMetrics metrics,
      RetryConfig retry,
      Limits limits,
      MirrorLog mirrors,
      ByteBudget copies,
      Draws draws,
      Tracing tracing,
      Clock clock) {
    this.table = table;
    this.workers = workers;
    this.ledger = ledger;
    this.exposures = exposures;
    this.metrics = metrics;
    this.retry = retry;
    this.limits = limits;
    this.mirrors = mirrors;
    this.copies = copies;
    this.draws = draws;
    this.tracing = tracing;
    this.clock = clock;
    this.timeoutNanos = retry.timeout().toNanos();
    this.longestPushbackNanos = retry.longestPushback().toNanos();
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
    RequestTrace trace = RequestTrace.start(tracing, "ModelInfer", traceparent, random());
    return switch (decide(request)) {
      case Decision.Refused(var code, var message) -> refused(trace, code, message);
      case Decision.Routed routed ->
          switch (limits.admit(routed, request)) {
            case Admission.Refused over ->
                refused(trace, StatusCode.RESOURCE_EXHAUSTED, over.message());
            case Admission.Granted granted -> {
              KnownVariant variant = metrics.decided(routed);
              yield new Opened.Accepted(
                  new Exchange(
                      this,
                      routed,
                      variant,
                      Sequence.of(request),
                      granted,
                      trace,
                      clock.nanoTime()));
            }
          };
    };
  }

  private Opened refused(RequestTrace trace, StatusCode code, String message) {
    metrics.refused(code);
    trace.end(code, message);
    return new Opened.Refused(code, message);
  }

  /** Counts a request whose bytes could not be read. */
  public void refusedUnread(@Nullable String traceparent, StatusCode code, String message) {
    metrics.started();
    metrics.refused(code);
    RequestTrace.start(tracing, "ModelInfer", traceparent, random()).end(code, message);
  }

  /**
   * Opens a stream.
   *
   * @param traceparent the client's trace context; null: none
   */
  public StreamExchange openStream(@Nullable String traceparent) {
    return new StreamExchange(
        this, RequestTrace.start(tracing, "ModelStreamInfer", traceparent, random()));
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

  /** Time for an answer when the route is not known yet, nanoseconds. */
  public long timeoutNanos() {
    return timeoutNanos;
  }

  /** Time for an answer to a request, nanoseconds: the route's, or the default. */
  long timeoutNanos(Decision.Routed decision) {
    long routes = decision.treatment().timeoutNanos();
    return routes == 0 ? timeoutNanos : routes;
  }

  double budgetShare(Decision.Routed decision) {
    int routes = decision.treatment().retryBudgetBasisPoints();
    return routes == 0 ? retry.budgetShare() : routes / 10_000.0;
  }

  long longestPushbackNanos() {
    return longestPushbackNanos;
  }

  /**
   * What a client is told about trying again when the router itself refuses with UNAVAILABLE or
   * RESOURCE_EXHAUSTED, milliseconds.
   */
  public long clientPushbackMillis() {
    return retry.clientPushback().toMillis();
  }

  /** Why nobody answers a request: no worker is ready, or none has room. */
  Decision.Refused noWorker(Decision.Routed decision) {
    VersionId served = decision.variant().served();
    String name = decision.route().name();
    String version =
        served.model().equals(name) ? served.version() : served.model() + "/" + served.version();
    return workers.isFull(served)
        ? new Decision.Refused(
            StatusCode.RESOURCE_EXHAUSTED,
            "Request for model '" + name + "': no worker with version " + version + " has room")
        : new Decision.Refused(
            StatusCode.UNAVAILABLE,
            "Request for model '" + name + "': no ready worker has version " + version);
  }

  int maxAttempts(Decision.Routed decision) {
    int routes = decision.treatment().maxAttempts();
    return routes == 0 ? retry.maxAttempts() : routes;
  }

  /** A new request id, 32 hexadecimal digits. */
  String newRequestId() {
    RandomGenerator random = random();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  MirrorLog mirrors() {
    return mirrors;
  }

  ByteBudget copies() {
    return copies;
  }

  Tracing tracing() {
    return tracing;
  }

  Clock clock() {
    return clock;
  }

  Limits limits() {
    return limits;
  }

  WorkerSet workers() {
    return workers;
  }

  OutcomeLedger ledger() {
    return ledger;
  }

  ExposureLog exposures() {
    return exposures;
  }

  RequestMetrics metrics() {
    return metrics;
  }

  RandomGenerator random() {
    return draws.generator();
  }

  long nanoTime() {
    return clock.nanoTime();
  }
}
