package dev.weir.worker.serving;

import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.worker.admission.Refusal;
import dev.weir.worker.admission.Room;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineStream;
import dev.weir.worker.engine.Inference;
import dev.weir.worker.placement.Placements;
import dev.weir.worker.placement.ServedVersion;
import dev.weir.worker.sampling.Sampler;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of one inference request: look-up, check, room, engine, counters, sample. Thread-safe;
 * unary calls and messages of streams go the same way.
 */
public final class Inferences {
  private static final Logger LOG = LoggerFactory.getLogger(Inferences.class);

  private final Placements placements;
  private final Room room;
  private final Sampler sampler;
  private final Tracer tracer;
  private final WorkerMetrics metrics;
  private final Clock clock;

  public Inferences(
      Placements placements,
      Room room,
      Sampler sampler,
      Tracer tracer,
      WorkerMetrics metrics,
      Clock clock) {
    this.placements = placements;
    this.room = room;
    this.sampler = sampler;
    this.tracer = tracer;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** What became of a request. */
  public sealed interface Answer {
    /** It was answered. */
    record Answered(ModelInferResponse response) implements Answer {}

    /** It was not. */
    record Refused(Refusal refusal) implements Answer {}
  }

  /** Serves a request in the current gRPC context. Blocks. */
  public Answer serve(ModelInferRequest request, CallFacts facts) {
    return switch (admit(request, facts)) {
      case Admission.Out(var refusal) -> new Answer.Refused(refusal);
      case Admission.In(var inside) -> {
        try (Scope _ = inside.span().makeCurrent()) {
          yield inside.succeeded(inside.version().loaded().infer(request));
        } catch (EngineFailure e) {
          yield inside.failed(e);
        } catch (RuntimeException e) {
          LOG.atError()
              .setCause(e)
              .addKeyValue("version", inside.version().key())
              .log("inference failed");
          yield inside.failed(
              new EngineFailure(EngineFailure.Kind.MODEL_FAILED, "internal error", e));
        } catch (Error e) {
          inside.failed(new EngineFailure(EngineFailure.Kind.MODEL_FAILED, "internal error", e));
          throw e;
        }
      }
    };
  }

  /**
   * Serves a request on an engine's stream. Blocks for a place only; {@code done} is called exactly
   * once, on any thread.
   */
  public void serveOn(
      EngineStream stream, ModelInferRequest request, CallFacts facts, Consumer<Answer> done) {
    switch (admit(request, facts)) {
      case Admission.Out(var refusal) -> done.accept(new Answer.Refused(refusal));
      case Admission.In(var inside) -> {
        try (Scope _ = inside.span().makeCurrent()) {
          stream.send(
              inside.version().loaded(),
              request,
              new EngineStream.Answer() {
                @Override
                public void succeeded(Inference inference) {
                  done.accept(inside.succeeded(inference));
                }

                @Override
                public void failed(EngineFailure failure) {
                  done.accept(inside.failed(failure));
                }
              });
        }
      }
    }
  }

  private sealed interface Admission {
    record In(InFlight inside) implements Admission {}

    record Out(Refusal refusal) implements Admission {}
  }

  private Admission admit(ModelInferRequest request, CallFacts facts) {
    long startNanos = clock.nanoTime();
    var started = new InFlight.Started(request, facts, startNanos, clock.now());
    switch (Lookup.find(placements.table(), request.getModelName(), request.getModelVersion())) {
      case Lookup.Result.Missing(var refusal) -> {
        metrics.refusal(refusal.reason());
        return new Admission.Out(refusal);
      }
      case Lookup.Result.Found(var version) -> {
        Optional<Refusal> malformed = version.check().check(request);
        if (malformed.isPresent()) {
          return refuse(version, malformed.get(), startNanos);
        }
        return switch (room.enter()) {
          case Room.Entry.Refused(var refusal) -> refuse(version, refusal, startNanos);
          case Room.Entry.Admitted(var seat, var waitedNanos) -> {
            if (!version.enter()) {
              seat.close();
              yield refuse(version, quiescing(version), startNanos);
            }
            yield new Admission.In(
                new InFlight(
                    started, version, seat, waitedNanos, span(version), sampler, metrics, clock));
          }
        };
      }
    }
  }

  private Admission refuse(ServedVersion version, Refusal refusal, long startNanos) {
    metrics.refusal(refusal.reason());
    long nanos = clock.nanoTime() - startNanos;
    version.counters().failed(nanos);
    metrics.request(version.key().model(), version.key().version(), refusal.code(), nanos);
    return new Admission.Out(refusal);
  }

  private static Refusal quiescing(ServedVersion version) {
    return new Refusal(
        Status.Code.UNAVAILABLE,
        "not_ready",
        "Request for unknown model: '%s' version %s is not at ready state"
            .formatted(version.key().model(), version.key().version()));
  }

  private Span span(ServedVersion version) {
    return tracer
        .spanBuilder("engine")
        .setAttribute("weir.model", version.key().model())
        .setAttribute("weir.version", version.key().version())
        .startSpan();
  }

  static void end(Span span, Status.Code code) {
    if (code != Status.Code.OK) {
      span.setStatus(StatusCode.ERROR, code.name());
    }
    span.end();
  }
}
