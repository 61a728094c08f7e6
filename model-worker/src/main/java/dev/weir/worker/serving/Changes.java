package dev.weir.worker.serving;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells those who want to know that the worker's status is no longer what it was. Thread-safe. */
public final class Changes {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Has the listener called after each change, on the thread that made it. It must not block. */
  public void listen(Runnable listener) {
    listeners.add(listener);
  }

  /** Something changed. */
  public void fire() {
    listeners.forEach(Runnable::run);
  }
}
