package dev.weir.registry.api;

import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import io.grpc.stub.StreamObserver;

/** Answers unary calls. */
final class Replies {
  private final RegistryMetrics metrics;

  Replies(RegistryMetrics metrics) {
    this.metrics = metrics;
  }

  <R> void send(StreamObserver<R> observer, Outcome<R> outcome, String method) {
    switch (outcome) {
      case Outcome.Done<R>(var value) -> {
        observer.onNext(value);
        observer.onCompleted();
      }
      case Outcome.Refused<R>(var refusal) -> refuse(observer, refusal, method);
    }
  }

  void refuse(StreamObserver<?> observer, Refusal refusal, String method) {
    metrics.refused(refusal.kind());
    observer.onError(ApiStatus.grpc(refusal, method).asRuntimeException());
  }
}
