package dev.weir.router;

import dev.weir.proto.inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a client gets of a stream. */
class StreamClient implements StreamObserver<ModelStreamInferResponse> {
  private final BlockingQueue<ModelStreamInferResponse> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();

  ModelStreamInferResponse next() throws InterruptedException {
    ModelStreamInferResponse answer = answers.poll(10, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer; ended: " + end.getNow(null));
    }
    return answer;
  }

  /** Answers that were not taken yet. */
  int waiting() {
    return answers.size();
  }

  Status end() throws Exception {
    return end.get(10, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(ModelStreamInferResponse value) {
    answers.add(value);
  }

  @Override
  public void onError(Throwable t) {
    end.complete(Status.fromThrowable(t));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }
}
