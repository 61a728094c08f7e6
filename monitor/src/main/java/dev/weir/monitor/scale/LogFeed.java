package dev.weir.monitor.scale;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.BusinessPoint;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.DirectDoor;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.BusinessNumber;
import dev.weir.proto.monitor.v1.BusinessReport;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Takes records into this monitor, by the same door as reports of a monitor that works alone. Each
 * partition is a lane of the evidence book with a time of its own: that of its newest record, and
 * what has passed since the lane was read to its end. So a worker is silent when the log says so,
 * not when reading it has stopped. Not thread-safe.
 */
public final class LogFeed {
  private static final long MOST_IDLE_NANOS = 500_000_000L;

  private final EvidenceBook book;
  private final FeedbackJoin feedback;
  private final BusinessUnits units;
  private final BusinessDoor business;
  private final DirectDoor.Mirrored mirrors;
  private final Clock clock;
  private final Map<Integer, LaneTime> times = new HashMap<>();

  /** A lane's time, and the monotonic time at which it was that late. */
  private record LaneTime(long nanos, long sinceNanos) {}

  /** Into these. */
  public LogFeed(
      EvidenceBook book,
      FeedbackJoin feedback,
      BusinessUnits units,
      BusinessDoor business,
      DirectDoor.Mirrored mirrors,
      Clock clock) {
    this.clock = clock;
    this.book = book;
    this.feedback = feedback;
    this.units = units;
    this.business = business;
    this.mirrors = mirrors;
  }

  /**
   * A record.
   *
   * @param offset in its partition
   * @param nanos when it was written, nanoseconds since 1970
   */
  record Entry(LogTopic topic, int partition, long offset, long nanos, byte[] value) {}

  /**
   * Takes a record.
   *
   * @return predictions in it
   */
  int take(Entry entry) throws InvalidProtocolBufferException {
    int lane = entry.partition();
    switch (entry.topic()) {
      case OUTCOMES -> book.takeOutcomes(lane, ReportOutcomesRequest.parseFrom(entry.value()));
      case SAMPLES -> {
        var report = ReportSamplesRequest.parseFrom(entry.value());
        passes(lane, entry.nanos());
        door(lane, entry.offset(), false).samples(report);
        return report.getSamplesCount();
      }
      case MIRRORS -> {
        var report = ReportMirroredRequest.parseFrom(entry.value());
        mirrors.take(
            report.toBuilder().setRouterProcess(report.getRouterProcess() + "#" + lane).build());
      }
      case BUSINESS -> takeBusiness(BusinessReport.parseFrom(entry.value()));
      case LABELS -> feedback.takeLabels(labels(entry).getFeedbackList());
    }
    return 0;
  }

  /**
   * Takes a record once more, after a restart: what waited in memory waits again.
   *
   * @return predictions in it
   */
  int again(Entry entry) throws InvalidProtocolBufferException {
    switch (entry.topic()) {
      case SAMPLES -> {
        var report = ReportSamplesRequest.parseFrom(entry.value());
        passes(entry.partition(), entry.nanos());
        door(entry.partition(), entry.offset(), true).samples(report);
        return report.getSamplesCount();
      }
      case BUSINESS -> takeBusiness(BusinessReport.parseFrom(entry.value()));
      case LABELS -> feedback.takeLabels(labels(entry).getFeedbackList());
      case OUTCOMES, MIRRORS -> {
        // nothing of them waits in memory
      }
    }
    return 0;
  }

  private void takeBusiness(BusinessReport report) {
    business.business(points(report.getDifferencesList()), points(report.getOfUnitsList()));
  }

  private static List<BusinessPoint> points(List<BusinessNumber> numbers) {
    return numbers.stream().map(BusinessPoint::of).toList();
  }

  private static ReportFeedbackRequest labels(Entry entry) throws InvalidProtocolBufferException {
    return ReportFeedbackRequest.parseFrom(entry.value());
  }

  private DirectDoor door(int lane, long offset, boolean again) {
    return new DirectDoor(new OfLane(lane, offset, again), feedback, units, mirrors);
  }

  /** The evidence book as the door of one record sees it. */
  private final class OfLane implements DirectDoor.Evidence {
    private final int lane;
    private final long offset;
    private final boolean again;

    OfLane(int lane, long offset, boolean again) {
      this.lane = lane;
      this.offset = offset;
      this.again = again;
    }

    @Override
    public long takeOutcomes(ReportOutcomesRequest request) {
      book.takeOutcomes(lane, request);
      return 0;
    }

    @Override
    public void takeSamples(ReportSamplesRequest request) {
      long now = time(lane).nanos();
      if (again) {
        book.samplesAgain(lane, request, now, offset);
      } else {
        book.takeSamples(lane, request, now, offset);
      }
    }
  }

  private LaneTime time(int lane) {
    return times.computeIfAbsent(lane, l -> new LaneTime(0, clock.nanoTime()));
  }

  private void passes(int lane, long nanos) {
    if (nanos > time(lane).nanos()) {
      times.put(lane, new LaneTime(nanos, clock.nanoTime()));
    }
  }

  /** A lane was read to its end: time passes in it, but not for as long as it could not be read. */
  void idle(int lane) {
    LaneTime then = time(lane);
    long now = clock.nanoTime();
    long passed = Math.min(now - then.sinceNanos(), MOST_IDLE_NANOS);
    times.put(lane, new LaneTime(then.nanos() + passed, now));
  }

  /** Judges the slices of samples that are complete by a lane's time. */
  void closeSamples(int lane) {
    book.closeSamples(lane, time(lane).nanos());
  }

  /** Offset from which a lane's samples that wait can be read again; empty: none wait. */
  OptionalLong earliestWaiting(int lane) {
    return book.earliestWaiting(lane);
  }
}
