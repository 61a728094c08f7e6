package dev.weir.router.policy;

import java.util.random.RandomGenerator;

/**
 * Copies of requests for a version on trial.
 *
 * @param shadow the version on trial; its variant has no name and no weight
 * @param shareBasisPoints share of the requests that are copied, 1 to 10,000
 * @param timeoutNanos time for the shadow's answer, nanoseconds
 * @param maxInFlight copies in flight at most, per router
 * @param maxRequestBytes requests over this size are not copied
 */
public record MirrorRule(
    RouteVariant shadow,
    int shareBasisPoints,
    long timeoutNanos,
    int maxInFlight,
    int maxRequestBytes) {
  /** Whether a request is copied: an independent draw, and never to the version that answers. */
  boolean takes(VersionId answering, RandomGenerator random) {
    return (shareBasisPoints == StickyHash.BUCKETS
            || random.nextInt(StickyHash.BUCKETS) < shareBasisPoints)
        && !answering.equals(shadow.served());
  }

  /** The copy's decision: like the original's, but for the shadow and no unit. */
  public Decision.Routed copyOf(Decision.Routed original) {
    return new Decision.Routed(
        original.route(),
        shadow,
        Reason.MIRROR,
        shadow.plain(),
        0,
        original.treatment().bare(),
        null,
        null);
  }
}
