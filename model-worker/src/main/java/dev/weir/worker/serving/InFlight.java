package dev.weir.worker.serving;

import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.worker.admission.Refusal;
import dev.weir.worker.admission.Room;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.Inference;
import dev.weir.worker.placement.ServedVersion;
import dev.weir.worker.sampling.Prediction;
import dev.weir.worker.sampling.Sampler;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Instant;

/**
 * A request between admission and its answer: holds a seat and the version's door, and gives both
 * back when it ends, by exactly one of {@link #succeeded} and {@link #failed}.
 */
final class InFlight {
  private final Started started;
  private final ServedVersion version;
  private final Room.Seat seat;
  private final long waitedNanos;
  private final Span span;
  private final Sampler sampler;
  private final WorkerMetrics metrics;
  private final Clock clock;

  /** The request as it came. */
  record Started(ModelInferRequest request, CallFacts facts, long startNanos, Instant at) {}

  InFlight(
      Started started,
      ServedVersion version,
      Room.Seat seat,
      long waitedNanos,
      Span span,
      Sampler sampler,
      WorkerMetrics metrics,
      Clock clock) {
    this.started = started;
    this.version = version;
    this.seat = seat;
    this.waitedNanos = waitedNanos;
    this.span = span;
    this.sampler = sampler;
    this.metrics = metrics;
    this.clock = clock;
  }

  ServedVersion version() {
    return version;
  }

  Span span() {
    return span;
  }

  Inferences.Answer succeeded(Inference inference) {
    long nanos = leave(Status.Code.OK);
    version
        .counters()
        .succeeded(
            rows(),
            nanos,
            waitedNanos,
            inference.inputNanos(),
            inference.inferNanos(),
            inference.outputNanos(),
            clock.now().toEpochMilli());
    sampler.offer(prediction(inference, nanos));
    return new Inferences.Answer.Answered(inference.response());
  }

  Inferences.Answer failed(EngineFailure failure) {
    Refusal refusal = EngineRefusals.of(version.key(), failure);
    long nanos = leave(refusal.code());
    version.counters().failed(nanos);
    metrics.refusal(refusal.reason());
    return new Inferences.Answer.Refused(refusal);
  }

  private long leave(Status.Code code) {
    Inferences.end(span, code);
    version.leave();
    seat.close();
    long nanos = clock.nanoTime() - started.startNanos();
    metrics.request(version.key().model(), version.key().version(), code, nanos);
    return nanos;
  }

  /** Rows: the outermost dimension when the signature leaves it free, else one. */
  private long rows() {
    boolean batched = version.signature().isBatched();
    return batched ? started.request().getInputs(0).getShape(0) : 1;
  }

  private Prediction prediction(Inference inference, long nanos) {
    ModelInferRequest request = started.request();
    SpanContext trace = span.getSpanContext();
    String id = started.facts().requestId();
    return new Prediction(
        id.isEmpty() ? request.getId() : id,
        started.facts().assignment(),
        version.key(),
        version.signature(),
        started.at(),
        request,
        inference.response(),
        trace.isSampled() ? trace.getTraceId() : "",
        nanos);
  }
}
