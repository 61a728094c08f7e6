package dev.weir.monitor.replay;

import dev.weir.monitor.guardrail.RolloutReplay;
import dev.weir.monitor.guardrail.WhatIf;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One journal, replayed.
 *
 * @param outcome what came out
 * @param end how the journal ends
 * @param problem why it could not be replayed to its end; empty: it could
 */
public record ReplayedRollout(RolloutReplay.Outcome outcome, JournalFile.End end, String problem) {
  /** Replays a journal file. */
  static ReplayedRollout of(Path file, WhatIf whatIf) throws IOException {
    var replay = new RolloutReplay(whatIf);
    var refused = new StringBuilder();
    JournalFile.Extent extent =
        JournalFile.read(
            file,
            entry -> {
              try {
                replay.take(entry);
                return true;
              } catch (IllegalArgumentException | IllegalStateException e) {
                refused.append(e.getMessage());
                return false;
              }
            });
    String problem =
        !refused.isEmpty()
            ? "entry " + extent.entries() + ": " + refused
            : problem(extent, replay.outcome().ended());
    return new ReplayedRollout(replay.outcome(), extent.end(), problem);
  }

  private static String problem(JournalFile.Extent extent, boolean ended) {
    return switch (extent.end()) {
      case WHOLE -> "";
      case CUT ->
          "it ends within an entry, after entry "
              + extent.entries()
              + ": it is being written, or damaged";
      case FULL ->
          ended
              ? ""
              : "the journal was full after entry "
                  + extent.entries()
                  + ": set replay.max-bytes-per-rollout higher";
      case BROKEN -> "entries are missing after entry " + extent.entries();
      case DAMAGED -> "damaged at byte " + extent.bytes() + ", after entry " + extent.entries();
    };
  }

  /** Whether every verdict that was given comes out again, byte for byte. */
  boolean allEqual() {
    return outcome.compared().stream().allMatch(RolloutReplay.Compared::equal);
  }
}
