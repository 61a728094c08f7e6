package dev.weir.monitor.guardrail;

import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.UnitOutcome;
import dev.weir.proto.route.v1.Arm;
import java.util.Optional;

/**
 * Whether a slice makes sense. One that does not is refused whole: leaving out a part of it could
 * depend on the arm.
 */
public final class SliceCheck {
  private static final long MOST_REQUESTS = 1L << 40;

  /** The end of the year 9999. */
  private static final long LAST_SECOND = 253_402_300_799L;

  private SliceCheck() {}

  /** What is wrong, in the form {@code name: value (expected: rule)}. */
  public static Optional<String> problem(OutcomeSlice slice) {
    long second = slice.getStart().getSeconds();
    if (second < 0 || second > LAST_SECOND) {
      return Optional.of(
          "start: " + second + " s (expected: 0 to " + LAST_SECOND + ", seconds since 1970)");
    }
    return slice.getCellsList().stream()
        .map(SliceCheck::problem)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> problem(OutcomeCell cell) {
    double probability = cell.getKey().getCanaryProbability();
    if (!(probability >= 0 && probability <= 1)) {
      return Optional.of("canary_probability: " + probability + " (expected: 0 to 1)");
    }
    if (cell.getKey().getArm() == Arm.UNRECOGNIZED) {
      return Optional.of("arm: " + cell.getKey().getArmValue() + " (expected: 0 to 2)");
    }
    if (cell.getLatencyBucketsCount() != cell.getLatencyCountsCount()) {
      return Optional.of(
          "latency_counts: %d (expected: %d, as many as latency_buckets)"
              .formatted(cell.getLatencyCountsCount(), cell.getLatencyBucketsCount()));
    }
    for (int bucket : cell.getLatencyBucketsList()) {
      if (bucket < 0 || bucket >= LatencyScale.BUCKETS) {
        return Optional.of(outside("latency_buckets", bucket, LatencyScale.BUCKETS - 1));
      }
    }
    for (long count : cell.getLatencyCountsList()) {
      if (count < 0 || count > MOST_REQUESTS) {
        return Optional.of(outside("latency_counts", count, MOST_REQUESTS));
      }
    }
    for (long count : cell.getErrorsMap().values()) {
      if (count < 0 || count > MOST_REQUESTS) {
        return Optional.of(outside("errors", count, MOST_REQUESTS));
      }
    }
    if (cell.getUnfinished() < 0 || cell.getUnfinished() > MOST_REQUESTS) {
      return Optional.of(outside("unfinished", cell.getUnfinished(), MOST_REQUESTS));
    }
    if (cell.getStarted() < 0 || cell.getStarted() > MOST_REQUESTS) {
      return Optional.of(outside("started", cell.getStarted(), MOST_REQUESTS));
    }
    return cell.getUnitsList().stream()
        .map(SliceCheck::problem)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> problem(UnitOutcome unit) {
    if (unit.getUnit() == 0) {
      return Optional.of("unit: 0 (expected: not 0)");
    }
    if (unit.getLatencyBucket() < 0 || unit.getLatencyBucket() >= LatencyScale.BUCKETS) {
      return Optional.of(
          outside("latency_bucket", unit.getLatencyBucket(), LatencyScale.BUCKETS - 1));
    }
    return Optional.empty();
  }

  private static String outside(String name, long value, long most) {
    return name + ": " + Long.toUnsignedString(value) + " (expected: 0 to " + most + ")";
  }
}
