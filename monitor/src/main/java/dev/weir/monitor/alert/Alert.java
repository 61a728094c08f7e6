package dev.weir.monitor.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a finding. Immutable.
 *
 * @param id unique, short
 * @param finding newest word about it
 * @param state where it stands
 * @param group what it has in common with those that are told together with it; that of its first
 *     finding, whatever comes later
 * @param pendingSince when it was first found, this time
 * @param firingSince when people were told; null: they were not
 * @param lastSeen when it was last found
 * @param quietSince when it was last said to be over, or not found for long; null: it goes on
 * @param resolvedAt when it was over; null: it is not
 * @param acknowledgedBy who has taken it; empty: nobody
 * @param acknowledgement what they said
 */
public record Alert(
    String id,
    Finding finding,
    AlertState state,
    String group,
    Instant pendingSince,
    @Nullable Instant firingSince,
    Instant lastSeen,
    @Nullable Instant quietSince,
    @Nullable Instant resolvedAt,
    String acknowledgedBy,
    String acknowledgement) {
  /** Where its page is, in the docs. */
  public String runbook() {
    return "docs/alerts/" + finding.kind() + ".md";
  }

  Alert with(AlertState newState, @Nullable Instant newFiring, @Nullable Instant newResolved) {
    return new Alert(
        id,
        finding,
        newState,
        group,
        pendingSince,
        newFiring,
        lastSeen,
        quietSince,
        newResolved,
        acknowledgedBy,
        acknowledgement);
  }

  Alert seen(Finding newest, Instant now) {
    return new Alert(
        id,
        newest,
        state,
        group,
        pendingSince,
        firingSince,
        now,
        null,
        resolvedAt,
        acknowledgedBy,
        acknowledgement);
  }

  Alert quiet(Instant now) {
    return new Alert(
        id,
        finding,
        state,
        group,
        pendingSince,
        firingSince,
        lastSeen,
        now,
        resolvedAt,
        acknowledgedBy,
        acknowledgement);
  }

  Alert acknowledged(String by, String what) {
    return new Alert(
        id,
        finding,
        state,
        group,
        pendingSince,
        firingSince,
        lastSeen,
        quietSince,
        resolvedAt,
        by,
        what);
  }
}
