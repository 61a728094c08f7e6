package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a watch with a journal's entries, in their order, and compares the verdicts that come out
 * with those that were given. Mutable, single writer.
 */
public final class RolloutReplay {
  private final WhatIf whatIf;
  private final List<Compared> compared = new ArrayList<>();
  private @Nullable RolloutWatch watch;
  private Rollout newest = Rollout.getDefaultInstance();
  private @Nullable Fired fired;
  private boolean ended;
  private long entries;

  /**
   * Begins with nothing.
   *
   * @param whatIf what to judge by instead
   */
  public RolloutReplay(WhatIf whatIf) {
    this.whatIf = whatIf;
  }

  /**
   * A verdict that was given, and what the same evidence gives now.
   *
   * @param at when
   * @param equal they are the same, byte for byte
   */
  public record Compared(Instant at, Verdict given, Verdict recomputed, boolean equal) {}

  /**
   * The moment in which it is decided to roll back.
   *
   * @param at when
   * @param verdict with what evidence
   */
  public record Fired(Instant at, Verdict verdict) {}

  /**
   * What came out.
   *
   * @param rollout as the registry last described it; the default instance: the journal is empty
   * @param entries taken
   * @param ended the journal goes to the rollout's end
   * @param compared verdicts that were given, oldest first; meaningless with other tolerances
   * @param fired when it is decided to roll back; empty: never
   */
  public record Outcome(
      Rollout rollout,
      long entries,
      boolean ended,
      List<Compared> compared,
      Optional<Fired> fired) {
    public Outcome {
      compared = List.copyOf(compared);
    }

    /** Whether the rollout went to its end and was not rolled back. */
    public boolean completed() {
      return ended && rollout.getState() == RolloutState.COMPLETED;
    }
  }

  /**
   * Takes the next entry.
   *
   * @throws IllegalArgumentException when it is damaged, or there can be no such entry here
   */
  public void take(byte[] entry) {
    take(JournalEntry.fromBytes(entry));
    entries++;
  }

  private void take(JournalEntry entry) {
    switch (entry) {
      case JournalEntry.Begun(Rollout rollout, int maxStickyUnits) -> {
        newest = rollout;
        watch = new RolloutWatch(whatIf.applyTo(rollout), maxStickyUnits, new IntakeCounts());
      }
      case JournalEntry.Told(Rollout rollout, SampleUnit.Promised promised) -> {
        newest = rollout;
        current().follow(rollout, promised);
      }
      case JournalEntry.Outcomes(var slice) -> current().takeSlice(slice);
      case JournalEntry.Samples(var samples) -> current().takeSamples(samples);
      case JournalEntry.Labels(var labels) -> current().takeLabels(labels);
      case JournalEntry.Business(var units) -> current().takeBusiness(units);
      case JournalEntry.Pairs(var pairs) -> current().takePairs(pairs);
      case JournalEntry.Settled(Instant now, Optional<Verdict> given) -> settle(now, given);
      case JournalEntry.Finished() -> current().over();
      case JournalEntry.Restored() -> watch = restored(current());
      case JournalEntry.Ended(Instant now, Verdict given) -> {
        ended = true;
        compare(now, given);
      }
    }
  }

  private RolloutWatch current() {
    RolloutWatch begun = watch;
    if (begun == null) {
      throw new IllegalArgumentException("journal: its beginning is missing");
    }
    return begun;
  }

  private void settle(Instant now, Optional<Verdict> given) {
    if (current().settle(now)) {
      fired = new Fired(now, current().verdict(now));
    }
    given.ifPresent(verdict -> compare(now, verdict));
  }

  private void compare(Instant now, Verdict given) {
    Verdict recomputed = current().verdict(now);
    compared.add(
        new Compared(
            now, given, recomputed, Arrays.equals(given.toByteArray(), recomputed.toByteArray())));
  }

  /** What a monitor that restarts makes of a watch. */
  private static RolloutWatch restored(RolloutWatch watch) {
    try {
      var bytes = new ByteArrayOutputStream();
      watch.writeTo(new DataOutputStream(bytes));
      return RolloutWatch.readFrom(
          new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), new IntakeCounts());
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
  }

  /** What has come out so far. */
  public Outcome outcome() {
    return new Outcome(newest, entries, ended, compared, Optional.ofNullable(fired));
  }
}
