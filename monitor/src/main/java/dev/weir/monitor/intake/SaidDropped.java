package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;

/**
 * Senders say how much they have dropped since they began; this tells how much of that is new. Of
 * too many senders the one heard longest ago is forgotten. Thread-safe.
 */
public final class SaidDropped {
  private final int maxSenders;

  @GuardedBy("this")
  private final LinkedHashMap<String, Long> said = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param maxSenders senders remembered, at least 1
   */
  public SaidDropped(int maxSenders) {
    this.maxSenders = maxSenders;
  }

  /**
   * Takes what a sender says.
   *
   * @param droppedSoFar since it began
   * @return what it has dropped since it said so last, at least 0
   */
  public synchronized long more(String sender, long droppedSoFar) {
    Long before = said.put(sender, droppedSoFar);
    if (said.size() > maxSenders) {
      said.pollFirstEntry();
    }
    return Math.max(0, droppedSoFar - (before == null ? 0 : before));
  }
}
