package dev.weir.monitor.watch;

import java.io.IOException;

/** What a watch knows, as bytes that outlive the process. Thread-safe. */
public interface WatchState {
  /** All of it, at one moment. */
  byte[] image();

  /**
   * Takes over a saved image; for a watch that has seen nothing.
   *
   * @throws IOException or IllegalArgumentException when it is damaged or of another version; then
   *     nothing is taken over
   */
  void restore(byte[] image) throws IOException;
}
