package dev.weir.router.exchange;

import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that are under way in one stream: the first message of each decides for all.
 * Clients interleave several sequences and models on one stream; a text and a number are different
 * sequences. Not thread-safe: its stream's thread only.
 */
final class Sequences {
  /** Most sequences under way in one stream. */
  static final int MOST = 10_000;

  private final Map<Key, Decision.Routed> underWay = new HashMap<>();

  private record Key(String model, String version, KeyValue sequence) {}

  /** Decides for a message. */
  Decision decide(RequestFacts message, StreamExchange exchange) {
    KeyValue sequence = Sequence.idOf(message);
    if (sequence == null) {
      return exchange.decideAlone(message);
    }
    var key = new Key(message.model(), message.version(), sequence);
    boolean starts = Sequence.isStart(message);
    Decision.@Nullable Routed known = starts ? null : underWay.get(key);
    Decision decision = known == null ? exchange.decideAlone(message) : known;
    if (Sequence.isEnd(message)) {
      underWay.remove(key);
    } else if (decision instanceof Decision.Routed routed && known == null) {
      if (underWay.size() >= MOST && !underWay.containsKey(key)) {
        return new Decision.Refused(
            StatusCode.RESOURCE_EXHAUSTED,
            "sequences in one stream: over " + MOST + " (expected: at most " + MOST + ")");
      }
      underWay.put(key, routed);
    }
    return decision;
  }
}
