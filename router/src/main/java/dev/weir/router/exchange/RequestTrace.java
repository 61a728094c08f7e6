package dev.weir.router.exchange;

import dev.weir.platform.telemetry.TraceSampling;
import dev.weir.router.policy.Cohort;
import dev.weir.router.policy.Decision;
import dev.weir.router.wire.StatusCode;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One request's part of its trace: a server span, and a client span per attempt. They are made only
 * when the trace is sampled; the context of an unsampled one is passed on as it came, so that those
 * behind decide the same. A request without a context starts a trace, which is sampled or not by
 * the router's share.
 */
public final class RequestTrace {
  private static final String SERVICE = "inference.GRPCInferenceService";

  private final Tracer tracer;
  private final String method;
  private final Span unsampled;
  private final io.opentelemetry.api.trace.@Nullable Span server;

  private RequestTrace(
      Tracer tracer,
      String method,
      @Nullable String passedOn,
      io.opentelemetry.api.trace.@Nullable Span server) {
    this.tracer = tracer;
    this.method = method;
    this.server = server;
    this.unsampled = new Span(null, passedOn);
  }

  /**
   * @param method "ModelInfer" or "ModelStreamInfer"
   * @param traceparent the client's trace context; null: none
   * @param random the calling thread's
   */
  static RequestTrace start(
      Tracing tracing, String method, @Nullable String traceparent, RandomGenerator random) {
    SpanContext remote =
        traceparent == null ? SpanContext.getInvalid() : Traceparent.parse(traceparent);
    if (remote.isValid()) {
      return remote.isSampled()
          ? sampled(
              tracing,
              method,
              Context.root().with(io.opentelemetry.api.trace.Span.wrap(remote)),
              traceparent)
          : new RequestTrace(tracing.tracer(), method, traceparent, null);
    }
    TraceSampling sampling = tracing.sampling();
    if (!sampling.isActive()) {
      return new RequestTrace(tracing.tracer(), method, null, null);
    }
    long low = random.nextLong();
    return sampling.samples(low)
        ? sampled(tracing, method, sampling.sampledRoot(), null)
        : new RequestTrace(tracing.tracer(), method, Traceparent.unsampled(random, low), null);
  }

  /**
   * @param passedOn context for the worker when no span is made after all
   */
  private static RequestTrace sampled(
      Tracing tracing, String method, Context parent, @Nullable String passedOn) {
    io.opentelemetry.api.trace.Span span =
        tracing
            .tracer()
            .spanBuilder(SERVICE + "/" + method)
            .setSpanKind(SpanKind.SERVER)
            .setParent(parent)
            .startSpan();
    if (!span.getSpanContext().isSampled()) {
      return new RequestTrace(tracing.tracer(), method, passedOn, null);
    }
    describe(span, method);
    return new RequestTrace(tracing.tracer(), method, null, span);
  }

  private static void describe(io.opentelemetry.api.trace.Span span, String method) {
    span.setAttribute("rpc.system", "grpc");
    span.setAttribute("rpc.service", SERVICE);
    span.setAttribute("rpc.method", method);
  }

  /** The trace, 32 hexadecimal digits, when it is sampled; else null. */
  @Nullable String sampledTraceId() {
    return server == null ? null : server.getSpanContext().getTraceId();
  }

  void decided(Decision.Routed decision) {
    if (server != null) {
      annotate(server, decision);
    }
  }

  private static void annotate(io.opentelemetry.api.trace.Span span, Decision.Routed decision) {
    Cohort cohort = decision.cohort();
    span.setAttribute("weir.route", cohort.route());
    span.setAttribute("weir.variant", cohort.variant());
    span.setAttribute("weir.version", cohort.served().version());
    span.setAttribute("weir.reason", decision.reason().word());
    if (decision.isUnit()) {
      span.setAttribute("weir.arm", cohort.arm().name());
      span.setAttribute("weir.canary_probability", cohort.canaryProbability());
      span.setAttribute("weir.unit", HexFormat.of().toHexDigits(decision.unit()));
      span.setAttribute("weir.rollout", cohort.rolloutId());
      span.setAttribute("weir.rollout_step", cohort.rolloutStep());
    }
  }

  /** Starts the span of an attempt. */
  Span attempt(Decision.Routed decision, String worker, int number) {
    if (server == null) {
      return unsampled;
    }
    SpanBuilder span = toWorker(Context.root().with(server));
    span.setAttribute("weir.attempt", number);
    return started(span, decision, worker);
  }

  /**
   * Starts the trace of a copy for a shadow version: one of its own, so that the client's shows
   * what the client waited for, with a link to it.
   *
   * @param random the calling thread's
   */
  Span copy(Tracing tracing, Decision.Routed copy, String worker, RandomGenerator random) {
    if (server == null) {
      return new Span(null, Traceparent.unsampled(random, random.nextLong()));
    }
    SpanBuilder span = toWorker(tracing.sampling().sampledRoot());
    span.addLink(server.getSpanContext());
    return started(span, copy, worker);
  }

  private SpanBuilder toWorker(Context parent) {
    return tracer
        .spanBuilder(SERVICE + "/" + method)
        .setSpanKind(SpanKind.CLIENT)
        .setParent(parent);
  }

  private Span started(SpanBuilder builder, Decision.Routed decision, String worker) {
    io.opentelemetry.api.trace.Span span = builder.startSpan();
    describe(span, method);
    annotate(span, decision);
    span.setAttribute("weir.worker", worker);
    return new Span(span, Traceparent.format(span.getSpanContext()));
  }

  void end(StatusCode code, String message) {
    if (server != null) {
      end(server, code, message);
    }
  }

  private static void end(io.opentelemetry.api.trace.Span span, StatusCode code, String message) {
    span.setAttribute("rpc.grpc.status_code", code.number());
    if (code != StatusCode.OK) {
      span.setStatus(io.opentelemetry.api.trace.StatusCode.ERROR, message);
    }
    span.end();
  }

  /** The span of one attempt, or of nothing when the trace is not sampled. */
  public static final class Span {
    private final io.opentelemetry.api.trace.@Nullable Span span;
    private final @Nullable String traceparent;

    private Span(io.opentelemetry.api.trace.@Nullable Span span, @Nullable String traceparent) {
      this.span = span;
      this.traceparent = traceparent;
    }

    /** Context for the worker; null: none. */
    @Nullable String traceparent() {
      return traceparent;
    }

    /** The trace, 32 hexadecimal digits, when it is sampled; else null. */
    @Nullable String sampledTraceId() {
      return span == null ? null : span.getSpanContext().getTraceId();
    }

    void end(StatusCode code, String message) {
      if (span != null) {
        RequestTrace.end(span, code, message);
      }
    }
  }
}
