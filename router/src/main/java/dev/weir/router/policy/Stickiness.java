package dev.weir.router.policy;

import dev.weir.router.wire.KeyValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a sticky route's keys are given to its variants. */
final class Stickiness {
  private final KeySource source;
  private final StickyHash hash;
  private final BucketOwners<RouteVariant> owners;

  /**
   * @param owners the variant of each bucket, without a gap
   */
  Stickiness(KeySource source, StickyHash hash, BucketOwners<RouteVariant> owners) {
    this.source = source;
    this.hash = hash;
    this.owners = owners;
  }

  /** The request's unit; 0 when it lacks the key. */
  long unitOf(RequestFacts request) {
    @Nullable KeyValue key = source.keyOf(request);
    return key == null ? 0 : hash.unit(key);
  }

  RouteVariant ownerOf(long unit) {
    return Objects.requireNonNull(owners.ownerOf(StickyHash.bucket(unit)));
  }
}
