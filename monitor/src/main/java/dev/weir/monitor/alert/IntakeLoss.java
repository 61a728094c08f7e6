package dev.weir.monitor.alert;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.platform.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Says when too much of what should be judged does not arrive. {@link #look} must be called every
 * {@link #LOOK_EVERY} by one caller at a time; it compares the counts with those of a minute ago.
 */
public final class IntakeLoss {
  /** Samples are lost: what lives on them is judged by fewer, or not at all. */
  public static final String SAMPLES_LOST = "SamplesLost";

  /** Slices of outcomes are lost: canaries are judged by fewer requests. */
  public static final String OUTCOMES_LOST = "OutcomesLost";

  /** How often to look. */
  public static final Duration LOOK_EVERY = Duration.ofSeconds(10);

  private static final int READINGS = 7;

  private enum Stream {
    SAMPLES(
        SAMPLES_LOST,
        "samples",
        List.of(IntakeEvent.SAMPLES_DROPPED_BY_WORKERS),
        List.of(
            IntakeEvent.SAMPLES_OVERFLOW, IntakeEvent.SAMPLES_LATE, IntakeEvent.SAMPLES_REFUSED),
        IntakeEvent.SAMPLES),
    OUTCOMES(
        OUTCOMES_LOST,
        "slices of outcomes",
        List.of(
            IntakeEvent.SLICES_MISSING,
            IntakeEvent.SLICES_DROPPED_BY_ROUTERS,
            IntakeEvent.SLICES_REFUSED),
        List.of(),
        IntakeEvent.SLICES);

    final String kind;
    final String words;

    /** What is not among those that arrived. */
    final List<IntakeEvent> before;

    /** What is. */
    final List<IntakeEvent> after;

    final IntakeEvent arrived;

    Stream(
        String kind,
        String words,
        List<IntakeEvent> before,
        List<IntakeEvent> after,
        IntakeEvent arrived) {
      this.kind = kind;
      this.words = words;
      this.before = before;
      this.after = after;
      this.arrived = arrived;
    }
  }

  private record Reading(Instant at, long[] lost, long[] all) {}

  private final IntakeCounts counts;
  private final double tolerated;
  private final Findings findings;
  private final Clock clock;
  private final Deque<Reading> readings = new ArrayDeque<>();

  /** Tells {@code findings}. */
  public IntakeLoss(IntakeCounts counts, AlertConfig config, Findings findings, Clock clock) {
    this.counts = counts;
    this.tolerated = config.toleratedLoss();
    this.findings = findings;
    this.clock = clock;
  }

  /** Looks at what was lost within the last minute. */
  public void look() {
    Reading now = read();
    readings.addLast(now);
    if (readings.size() > READINGS) {
      readings.removeFirst();
    }
    Reading then = readings.getFirst();
    for (Stream stream : Stream.values()) {
      long lost = now.lost()[stream.ordinal()] - then.lost()[stream.ordinal()];
      long all = now.all()[stream.ordinal()] - then.all()[stream.ordinal()];
      Finding finding =
          Finding.of(
              stream.kind,
              Map.of(),
              Severity.WARNING,
              "%,d of %,d %s were lost within a minute".formatted(lost, all, stream.words),
              then.at(),
              Map.of("lost", (double) lost, "all", (double) all));
      if (lost > 0 && lost > tolerated * all) {
        findings.firing(finding);
      } else {
        findings.quiet(finding.identity());
      }
    }
  }

  private Reading read() {
    var lost = new long[Stream.values().length];
    var all = new long[lost.length];
    for (Stream stream : Stream.values()) {
      long before = sum(stream.before);
      lost[stream.ordinal()] = before + sum(stream.after);
      all[stream.ordinal()] = before + counts.of(stream.arrived);
    }
    return new Reading(clock.now(), lost, all);
  }

  private long sum(List<IntakeEvent> events) {
    return events.stream().mapToLong(counts::of).sum();
  }
}
