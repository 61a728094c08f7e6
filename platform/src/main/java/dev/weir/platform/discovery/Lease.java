package dev.weir.platform.discovery;

import dev.weir.platform.time.Scheduler;
import java.time.Duration;

/**
 * An instance and how long it is known. Guarded by the lock of {@link EmbeddedDiscoveryService}.
 */
final class Lease {
  Instance instance;
  Duration timeToLive;
  long endNanos = Long.MIN_VALUE;
  Scheduler.Cancellable timer = () -> {};

  Lease(Instance instance, Duration timeToLive) {
    this.instance = instance;
    this.timeToLive = timeToLive;
  }
}
