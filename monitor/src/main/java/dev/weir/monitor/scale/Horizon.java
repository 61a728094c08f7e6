package dev.weir.monitor.scale;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * From where the log has to be read again so that the newest predictions are remembered again: the
 * places at every 32nd part of as many predictions as are remembered. Not thread-safe.
 */
final class Horizon {
  private static final int STEPS = 32;

  private record Mark(long predictions, Map<TopicPartition, Long> places) {}

  private final long remembered;
  private final long step;
  private final Deque<Mark> marks = new ArrayDeque<>();
  private long passed;

  /**
   * @param remembered predictions that are remembered, at least 1
   * @param start where reading begins
   */
  Horizon(long remembered, Map<TopicPartition, Long> start) {
    this.remembered = remembered;
    this.step = Math.max(1, remembered / STEPS);
    marks.add(new Mark(0, Map.copyOf(start)));
  }

  /**
   * Notes that predictions were read.
   *
   * @param places asked for only when they are kept: where reading is now
   */
  void passed(int predictions, Supplier<Map<TopicPartition, Long>> places) {
    passed += predictions;
    if (passed - marks.getLast().predictions() < step) {
      return;
    }
    marks.add(new Mark(passed, Map.copyOf(places.get())));
    Mark first = marks.removeFirst();
    while (passed - marks.getFirst().predictions() >= remembered) {
      first = marks.removeFirst();
    }
    marks.addFirst(first);
  }

  /** Where to begin: at least as many predictions as are remembered lie behind it, or all. */
  Map<TopicPartition, Long> places() {
    return marks.getFirst().places();
  }
}
