package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes differences of cumulative points: what a stream's point has more than the one before it. A
 * point whose stream began anew, or fell although it may only grow, is the whole difference since
 * then. Of too many streams the one heard longest ago is forgotten and counted. Thread-safe.
 */
final class CumulativeStreams {
  /**
   * Whose points follow each other.
   *
   * @param service {@code service.name}
   * @param instance {@code service.instance.id}
   * @param metric metric's name
   * @param attributes the point's attributes
   */
  record Stream(String service, String instance, String metric, Map<String, String> attributes) {}

  /**
   * A cumulative point.
   *
   * @param startNanos when its stream began, nanoseconds since 1970; 0: not said
   * @param atNanos its time, likewise
   * @param sum so far
   * @param count so far; 0: it has none
   * @param onlyGrows its count cannot fall, nor can its sum when it has none
   */
  record Point(long startNanos, long atNanos, double sum, long count, boolean onlyGrows) {}

  /** What a point has more than the one before it. */
  record Difference(double sum, long count) {}

  private final int maxStreams;
  private final long beganNanos;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<Stream, Point> newest = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Has seen no stream.
   *
   * @param beganNanos when the monitor began, nanoseconds since 1970: a stream that began later has
   *     been seen from its beginning
   */
  CumulativeStreams(int maxStreams, long beganNanos, IntakeCounts counts) {
    this.maxStreams = maxStreams;
    this.beganNanos = beganNanos;
    this.counts = counts;
  }

  /**
   * Takes a stream's next point.
   *
   * @return empty when it only says where the stream stands: the first point of a stream that is
   *     older than this monitor, and a point that is not newer than the one before
   */
  synchronized Optional<Difference> next(Stream stream, Point point) {
    Point before = newest.get(stream);
    if (before != null && point.atNanos() <= before.atNanos()) {
      counts.add(IntakeEvent.BUSINESS_REPEATED);
      return Optional.empty();
    }
    newest.put(stream, point);
    if (newest.size() > maxStreams) {
      newest.pollFirstEntry();
      counts.add(IntakeEvent.BUSINESS_STREAMS_FORGOTTEN);
    }
    if (before == null && point.startNanos() < beganNanos) {
      counts.add(IntakeEvent.BUSINESS_STREAMS_BEGUN);
      return Optional.empty();
    }
    if (before == null || beganAnew(before, point)) {
      return Optional.of(new Difference(point.sum(), point.count()));
    }
    return Optional.of(new Difference(point.sum() - before.sum(), point.count() - before.count()));
  }

  private static boolean beganAnew(Point before, Point point) {
    return point.startNanos() > before.startNanos()
        || (point.onlyGrows()
            && (point.count() < before.count()
                || (point.count() == 0 && point.sum() < before.sum())));
  }
}
