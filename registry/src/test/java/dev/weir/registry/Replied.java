package dev.weir.registry;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call answered. */
final class Replied<T> implements StreamObserver<T> {
  private final List<T> values = new ArrayList<>();
  private @Nullable Throwable error;

  @Override
  public synchronized void onNext(T value) {
    values.add(value);
  }

  @Override
  public synchronized void onError(Throwable t) {
    error = t;
  }

  @Override
  public void onCompleted() {}

  synchronized boolean failed() {
    return error != null;
  }

  synchronized Throwable error() {
    if (error == null) {
      throw new AssertionError("no error, but " + values);
    }
    return error;
  }

  /** All messages so far. */
  synchronized List<T> values() {
    return List.copyOf(values);
  }

  /** The one message. */
  synchronized T value() {
    if (values.size() != 1) {
      throw new AssertionError("not one message, but " + values, error);
    }
    return values.getFirst();
  }
}
