package dev.weir.platform.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service has opened. Stopping has two stages: first everything drains, in the order given
 * (leave discovery, take no new work, finish what is there), then everything closes, in reverse
 * order of opening. Thread-safe, idempotent.
 */
public final class Resources implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

  private record Named<T>(String name, T value) {}

  @GuardedBy("this")
  private final List<Named<Runnable>> drains = new ArrayList<>();

  @GuardedBy("this")
  private final Deque<Named<AutoCloseable>> open = new ArrayDeque<>();

  /** Remembers something to close. Returns it. */
  public synchronized <T extends AutoCloseable> T add(String name, T resource) {
    open.push(new Named<>(name, resource));
    return resource;
  }

  /**
   * Remembers something to do before anything is closed; it must return within its own bounded
   * time.
   */
  public synchronized void onDrain(String name, Runnable drain) {
    drains.add(new Named<>(name, drain));
  }

  @Override
  public void close() {
    List<Named<Runnable>> toDrain;
    List<Named<AutoCloseable>> toClose;
    synchronized (this) {
      toDrain = List.copyOf(drains);
      toClose = List.copyOf(open);
      drains.clear();
      open.clear();
    }
    for (Named<Runnable> drain : toDrain) {
      try {
        drain.value().run();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).addKeyValue("step", drain.name()).log("draining failed");
      }
    }
    for (Named<AutoCloseable> resource : toClose) {
      try {
        resource.value().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.atError().setCause(e).addKeyValue("resource", resource.name()).log("closing failed");
      }
    }
  }
}
