package dev.weir.monitor.dashboard;

import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes texts to a bounded number of listeners. A listener that lags behind by more than a few is
 * cut off, so that a slow page costs no memory and delays nobody. Thread-safe.
 */
final class EventStream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  private final int maxListeners;
  private final int maxLag;
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong cutOff = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param maxListeners listeners at once, at least 1
   * @param maxLag texts that may wait for one listener, at least 1
   */
  EventStream(int maxListeners, int maxLag) {
    this.maxListeners = maxListeners;
    this.maxLag = maxLag;
  }

  private static final class Listener {
    final BlockingQueue<String> queue;
    final Thread thread;

    Listener(int maxLag, Thread thread) {
      this.queue = new ArrayBlockingQueue<>(maxLag);
      this.thread = thread;
    }
  }

  /** Gives a text to all listeners; never waits for one. */
  void publish(String text) {
    for (Listener listener : listeners) {
      if (!listener.queue.offer(text)) {
        listeners.remove(listener);
        cutOff.incrementAndGet();
        // it is stuck in a write to a page that does not read: this closes the connection
        listener.thread.interrupt();
      }
    }
  }

  /** Takes a place for a listener; false: there is none. To be followed by {@link #listen}. */
  boolean reserve() {
    if (closed) {
      return false;
    }
    if (taken.incrementAndGet() > maxListeners) {
      taken.decrementAndGet();
      return false;
    }
    return true;
  }

  /**
   * Hands texts to a listener on the calling thread until it fails, is cut off, or the stream is
   * closed. Needs a reserved place, which is free afterwards.
   *
   * @param first what it gets at once
   */
  void listen(String first, Consumer<String> out) {
    var listener = new Listener(maxLag, Thread.currentThread());
    listeners.add(listener);
    try {
      out.accept(first);
      while (!closed && listeners.contains(listener)) {
        out.accept(listener.queue.take());
      }
    } catch (InterruptedException e) {
      LOG.debug("page cut off");
    } catch (RuntimeException e) {
      LOG.atDebug().addKeyValue("problem", e).log("page went away");
    } finally {
      listeners.remove(listener);
      taken.decrementAndGet();
    }
  }

  /** Listeners now. */
  int size() {
    return listeners.size();
  }

  /** Listeners that were too slow. */
  long cutOff() {
    return cutOff.get();
  }

  @Override
  public void close() {
    closed = true;
    listeners.forEach(listener -> listener.thread.interrupt());
  }
}
