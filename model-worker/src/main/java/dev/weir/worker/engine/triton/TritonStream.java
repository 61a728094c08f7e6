package dev.weir.worker.engine.triton;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineStream;
import dev.weir.worker.engine.LoadedVersion;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream, carried on a stream to Triton. Requests get ids of our own, because answers
 * are told apart by id and clients need not give any; the client's id is put back. The models that
 * we configure answer each request once.
 */
final class TritonStream implements EngineStream {
  private final GRPCInferenceServiceStub triton;
  private final TritonEngine engine;
  private final Clock clock;
  private final Context.CancellableContext context = Context.current().withCancellation();

  @GuardedBy("this")
  private final Map<String, Pending> pending = new LinkedHashMap<>();

  @GuardedBy("this")
  private @Nullable StreamObserver<ModelInferRequest> requests;

  @GuardedBy("this")
  private long sequence;

  @GuardedBy("this")
  private boolean closed;

  private record Pending(TritonVersion version, String id, long startNanos, Answer answer) {
    void fail(EngineFailure failure) {
      answer.failed(failure);
    }
  }

  TritonStream(GRPCInferenceServiceStub triton, TritonEngine engine, Clock clock) {
    this.triton = triton;
    this.engine = engine;
    this.clock = clock;
  }

  @Override
  public void send(LoadedVersion version, ModelInferRequest request, Answer answer) {
    var target = (TritonVersion) version;
    EngineFailure refused = null;
    synchronized (this) {
      try {
        target.checkLoaded();
        if (closed) {
          throw new EngineFailure(EngineFailure.Kind.CANCELLED, "the stream is closed");
        }
        sendNow(target, request, answer);
      } catch (EngineFailure e) {
        refused = e;
      }
    }
    if (refused != null) {
      answer.failed(refused);
    }
  }

  @GuardedBy("this")
  private void sendNow(TritonVersion target, ModelInferRequest request, Answer answer)
      throws EngineFailure {
    String id = Long.toString(++sequence);
    pending.put(id, new Pending(target, request.getId(), clock.nanoTime(), answer));
    try {
      stream().onNext(target.toTriton(request).setId(id).build());
    } catch (IllegalStateException ended) {
      pending.remove(id);
      throw new EngineFailure(
          EngineFailure.Kind.UNAVAILABLE, "the stream to Triton has ended", ended);
    }
  }

  @GuardedBy("this")
  private StreamObserver<ModelInferRequest> stream() {
    StreamObserver<ModelInferRequest> open = requests;
    if (open == null) {
      Context previous = context.attach();
      try {
        open = triton.modelStreamInfer(new Responses());
      } finally {
        context.detach(previous);
      }
      requests = open;
    }
    return open;
  }

  /** Takes out the request that an answer belongs to; one without an id belongs to the oldest. */
  private synchronized @Nullable Pending take(String id) {
    Pending named = pending.remove(id);
    if (named != null || pending.isEmpty()) {
      return named;
    }
    return pending.remove(pending.keySet().iterator().next());
  }

  private void failAll(Status status) {
    List<Pending> failed;
    synchronized (this) {
      failed = new ArrayList<>(pending.values());
      pending.clear();
      requests = null;
    }
    for (Pending one : failed) {
      EngineFailure failure =
          TritonFailures.ofRequest(status, one.version().name(), one.version().key());
      if (failure.kind() == EngineFailure.Kind.UNAVAILABLE) {
        engine.suspect();
      }
      one.fail(failure);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    context.cancel(null);
    failAll(Status.CANCELLED.withDescription("the stream is closed"));
  }

  private final class Responses implements StreamObserver<ModelStreamInferResponse> {
    @Override
    public void onNext(ModelStreamInferResponse response) {
      Pending one = take(response.getInferResponse().getId());
      if (one == null) {
        return;
      }
      if (response.getErrorMessage().isEmpty()) {
        one.answer()
            .succeeded(
                one.version().inference(response.getInferResponse(), one.id(), one.startNanos()));
      } else {
        EngineFailure failure =
            TritonFailures.ofStreamError(
                response.getErrorMessage(), one.version().name(), one.version().key());
        if (failure.kind() == EngineFailure.Kind.UNAVAILABLE) {
          engine.suspect();
        }
        one.fail(failure);
      }
    }

    @Override
    public void onError(Throwable error) {
      failAll(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      failAll(Status.UNAVAILABLE.withDescription("Triton ended the stream"));
    }
  }
}
