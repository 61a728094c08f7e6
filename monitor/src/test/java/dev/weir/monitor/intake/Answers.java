package dev.weir.monitor.intake;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/** What a call was answered; an error fails the test. */
final class Answers<T> implements StreamObserver<T> {
  final List<T> values = new ArrayList<>();

  @Override
  public void onNext(T value) {
    values.add(value);
  }

  @Override
  public void onError(Throwable t) {
    throw new AssertionError(t);
  }

  @Override
  public void onCompleted() {}
}
