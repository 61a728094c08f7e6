package dev.weir.router.exchange;

import dev.weir.router.wire.StatusCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Messages sent to a worker that have no answer yet, oldest first, bounded: a model may answer some
 * messages never, so the oldest is given up when too many wait. Not thread-safe: its stream's
 * thread only.
 */
public final class Outstanding {
  /** Most messages that wait for an answer. */
  static final int MOST = 1_000;

  private final Deque<Entry> waiting = new ArrayDeque<>();

  private record Entry(String id, StreamMessage message) {}

  /** A message was sent. */
  public void add(String id, StreamMessage message) {
    if (waiting.size() >= MOST) {
      // it was sent and nothing says that it failed
      waiting.removeFirst().message().ended(StatusCode.OK);
    }
    waiting.addLast(new Entry(id, message));
  }

  /** An answer came: ends the oldest message with that id. */
  public void answered(String id, StatusCode code) {
    for (Iterator<Entry> each = waiting.iterator(); each.hasNext(); ) {
      Entry entry = each.next();
      if (entry.id().equals(id)) {
        each.remove();
        entry.message().ended(code);
        return;
      }
    }
  }

  /** Ends all; returns their ids. */
  public List<String> endAll(StatusCode code) {
    List<String> ids = waiting.stream().map(Entry::id).toList();
    waiting.forEach(entry -> entry.message().ended(code));
    waiting.clear();
    return ids;
  }
}
