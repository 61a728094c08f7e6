package dev.weir.monitor.privacy;

import java.util.Set;

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

  /**
   * Forgets a trace.
   *
   * @param traceId 32 hexadecimal digits
   * @return whether something of it was there
   */
  default boolean eraseTrace(String traceId) {
    return false;
  }

  /**
   * Forgets all that is named, together.
   *
   * @return how many requests, or places where they stood, were there
   */
  default int erase(Erasure erasure) {
    int count = 0;
    for (String id : erasure.requestIds()) {
      count += erase(id) ? 1 : 0;
    }
    for (long unit : erasure.units()) {
      count += eraseUnit(unit);
    }
    for (String id : erasure.traceIds()) {
      count += eraseTrace(id) ? 1 : 0;
    }
    return count;
  }

  /**
   * What else stands for the named requests and units, as far as it is known here: the requests of
   * a unit, and the traces of either. Asked of everyone before anyone forgets.
   */
  default Erasure alsoKnownAs(Erasure erasure) {
    return new Erasure(Set.of(), Set.of(), Set.of());
  }
}
