package dev.weir.monitor.guardrail;

import java.util.Map;

/**
 * Keeps what the tests of each rollout were fed, in order, so that verdicts can be recomputed
 * ({@link RolloutReplay}). Called under the evidence book's lock: be quick, and never fail.
 */
public interface EvidenceJournal {
  /** Keeps nothing. */
  EvidenceJournal NONE =
      new EvidenceJournal() {
        @Override
        public void append(String rollout, long number, byte[] entry) {
          // kept nowhere
        }

        @Override
        public void renamed(Renaming renaming) {
          // nothing was kept
        }

        @Override
        public void restored(Map<String, Long> entries) {
          // nothing was kept
        }
      };

  /**
   * One more entry.
   *
   * @param number from 0, one more each time; 0 begins anew, whatever is there
   */
  void append(String rollout, long number, byte[] entry);

  /**
   * What entries name is called otherwise from now on: in all entries so far, and in none that
   * comes later.
   */
  void renamed(Renaming renaming);

  /**
   * The evidence was restored: what was kept beyond it did not happen.
   *
   * @param entries of each rollout that is watched: how many entries the evidence holds
   */
  void restored(Map<String, Long> entries);
}
