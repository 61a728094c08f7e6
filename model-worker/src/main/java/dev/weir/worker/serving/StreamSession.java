package dev.weir.worker.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.worker.engine.EngineStream;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/**
 * One client's stream. Messages go to the engine's own stream where it has one, else each is
 * computed in turn; answers come in the order of the messages. A message is asked for only while
 * few are in work and the client reads, so that nothing piles up.
 *
 * <p>The lock guards the response observer, which is not thread-safe, and the counts. Nothing
 * blocks while it is held.
 */
final class StreamSession implements StreamObserver<ModelInferRequest> {
  private static final int MAX_IN_WORK = 16;
  private static final String FINAL_RESPONSE = "triton_final_response";

  private final ServerCallStreamObserver<ModelStreamInferResponse> responses;
  private final Inferences inferences;
  private final CallFacts facts;
  private final Optional<EngineStream> engineStream;
  private final Runnable onEnd;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private int inWork;

  @GuardedBy("lock")
  private boolean asked;

  @GuardedBy("lock")
  private boolean clientDone;

  @GuardedBy("lock")
  private boolean draining;

  @GuardedBy("lock")
  private boolean ended;

  StreamSession(
      ServerCallStreamObserver<ModelStreamInferResponse> responses,
      Inferences inferences,
      CallFacts facts,
      Optional<EngineStream> engineStream,
      Runnable onEnd) {
    this.responses = responses;
    this.inferences = inferences;
    this.facts = facts;
    this.engineStream = engineStream;
    this.onEnd = onEnd;
  }

  /** To be called once, before the first message. */
  void begin() {
    responses.disableAutoRequest();
    responses.setOnReadyHandler(this::askForMore);
    responses.setOnCancelHandler(this::abandon);
    askForMore();
  }

  /** Ends the stream as soon as no message is in work. */
  void drain() {
    synchronized (lock) {
      draining = true;
      endWhenDone();
    }
  }

  @Override
  public void onNext(ModelInferRequest request) {
    synchronized (lock) {
      asked = false;
      inWork++;
    }
    if (engineStream.isPresent()) {
      inferences.serveOn(
          engineStream.get(), request, facts, answer -> answer(request.getId(), answer));
    } else {
      answer(request.getId(), inferences.serve(request, facts));
    }
    askForMore();
  }

  private void askForMore() {
    synchronized (lock) {
      if (!ended && !clientDone && !asked && inWork < MAX_IN_WORK && responses.isReady()) {
        asked = true;
        responses.request(1);
      }
    }
  }

  private void answer(String id, Inferences.Answer answer) {
    synchronized (lock) {
      inWork--;
      if (ended) {
        return;
      }
      switch (answer) {
        case Inferences.Answer.Answered(var response) -> responses.onNext(wrap(response));
        case Inferences.Answer.Refused(var refusal) -> {
          if (facts.errorsEndStream()) {
            end(refusal.status());
            return;
          }
          responses.onNext(
              ModelStreamInferResponse.newBuilder()
                  .setErrorMessage(refusal.message())
                  .setInferResponse(ModelInferResponse.newBuilder().setId(id))
                  .build());
        }
      }
      endWhenDone();
    }
    askForMore();
  }

  private static ModelStreamInferResponse wrap(ModelInferResponse response) {
    return ModelStreamInferResponse.newBuilder()
        .setInferResponse(
            response.toBuilder()
                .putParameters(
                    FINAL_RESPONSE, InferParameter.newBuilder().setBoolParam(true).build()))
        .build();
  }

  @GuardedBy("lock")
  private void endWhenDone() {
    if (ended || inWork > 0) {
      return;
    }
    if (clientDone) {
      end(Status.OK);
    } else if (draining) {
      end(Status.UNAVAILABLE.withDescription("the worker is stopping, open the stream again"));
    }
  }

  @GuardedBy("lock")
  private void end(Status status) {
    ended = true;
    if (status.isOk()) {
      responses.onCompleted();
    } else {
      responses.onError(status.asRuntimeException());
    }
    engineStream.ifPresent(EngineStream::close);
    onEnd.run();
  }

  @Override
  public void onCompleted() {
    synchronized (lock) {
      clientDone = true;
      endWhenDone();
    }
  }

  @Override
  public void onError(Throwable cancelled) {
    abandon();
  }

  private void abandon() {
    synchronized (lock) {
      if (ended) {
        return;
      }
      ended = true;
    }
    engineStream.ifPresent(EngineStream::close);
    onEnd.run();
  }
}
