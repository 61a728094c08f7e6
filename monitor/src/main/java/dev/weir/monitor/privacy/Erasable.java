package dev.weir.monitor.privacy;

/** Holds something of single requests. Thread-safe. */
public interface Erasable {
  /**
   * Forgets a request.
   *
   * @return whether something of it was there
   */
  boolean erase(String requestId);

  /**
   * Forgets all requests of a unit.
   *
   * @param unit the hash of a sticky key, or the number of a draw; never 0
   * @return how many were there
   */
  int eraseUnit(long unit);
}
