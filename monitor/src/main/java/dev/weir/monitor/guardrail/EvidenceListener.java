package dev.weir.monitor.guardrail;

import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Verdict;
import java.util.List;

/**
 * Who wants to see what the evidence book takes, or some of it. Called while its lock is held: be
 * quick.
 */
public interface EvidenceListener {
  /** A slice of outcomes, the first time it came. */
  default void slice(OutcomeSlice slice) {}

  /**
   * The same, with the process that it came from, whose sequence numbers rise; may come again after
   * a restart.
   */
  default void slice(String routerProcess, OutcomeSlice slice) {
    slice(slice);
  }

  /**
   * A closed slice of samples; when there were too many, an equal share of each answer of a version
   * is left.
   */
  default void samples(List<Sample> slice) {}

  /** A second of calls that senders other than our routers told of: requests, no units. */
  default void foreign(OutcomeSlice shown) {}

  /** It was decided just now to roll back. */
  default void decided(Verdict verdict) {}
}
