package dev.weir.router.outcome;

import com.google.protobuf.Timestamp;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.router.policy.Cohort;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The requests that started within one slice of time. Life: open (requests enter), sealed (none
 * enters any more), closed (written to a message; later ends are late).
 *
 * <p>Each request enters before it is counted in a cell. So once sealed, the cells are complete
 * exactly when their sum has reached the number of entries, even when a thread was stopped between
 * the two for long.
 */
final class Slice {
  private static final long SEAL = Long.MIN_VALUE;

  private final Instant start;
  private final long startNanos;
  private final LongAdder late;
  private final AtomicLong entries = new AtomicLong();
  private final Map<Cohort, Cell> cells = new ConcurrentHashMap<>();

  Slice(Instant start, long startNanos, LongAdder late) {
    this.start = start;
    this.startNanos = startNanos;
    this.late = late;
  }

  /** Counts a request; null when the slice was sealed in the meantime. */
  @Nullable Ticket start(Cohort cohort, long unit) {
    if (entries.getAndIncrement() < 0) {
      return null;
    }
    Cell cell = cells.get(cohort);
    if (cell == null) {
      cell =
          cells.computeIfAbsent(
              cohort, c -> c.sticky() ? new UnitCell(late) : new CountedCell(late));
    }
    return switch (cell) {
      case CountedCell counted -> {
        counted.start();
        yield counted;
      }
      case UnitCell units -> units.start(unit);
    };
  }

  /** Lets nobody in any more; returns how many came. Only once. */
  long seal() {
    return entries.getAndUpdate(n -> n < 0 ? n : n | SEAL);
  }

  /**
   * Whether all that entered have ended.
   *
   * @param entered what {@link #seal} returned
   */
  boolean isComplete(long entered) {
    long started = 0;
    for (Cell cell : cells.values()) {
      if (cell.finished() < cell.started()) {
        return false;
      }
      started += cell.started();
    }
    return started == entered;
  }

  long startNanos() {
    return startNanos;
  }

  /** Writes the slice; null when nothing started in it. */
  @Nullable OutcomeSlice close(long sequence, long lengthMillis) {
    if (cells.isEmpty()) {
      return null;
    }
    OutcomeSlice.Builder slice =
        OutcomeSlice.newBuilder()
            .setSequence(sequence)
            .setStart(
                Timestamp.newBuilder().setSeconds(start.getEpochSecond()).setNanos(start.getNano()))
            .setLengthMillis((int) lengthMillis);
    cells.forEach((cohort, cell) -> slice.addCells(cell.close(cohort)));
    return slice.build();
  }
}
