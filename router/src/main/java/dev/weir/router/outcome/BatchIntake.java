package dev.weir.router.outcome;

import java.io.IOException;
import java.util.List;

/** Where what the monitor is told goes. */
@FunctionalInterface
public interface BatchIntake<T> {
  /**
   * Sends a batch and waits for the answer, within a bounded time.
   *
   * @throws IOException when there is no answer: it is to be sent again
   */
  void send(List<T> batch) throws IOException;
}
