package dev.weir.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.Instance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the worker is in discovery: from when it has started until it drains. Thread-safe. */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  private final Discovery discovery;
  private final Instance self;

  @GuardedBy("this")
  private Discovery.@Nullable Registration registration;

  @GuardedBy("this")
  private boolean left;

  Membership(Discovery discovery, Instance self) {
    this.discovery = discovery;
    this.self = self;
  }

  /** Registers, unless it did before or has left. */
  synchronized void join() {
    if (registration == null && !left) {
      registration = discovery.register(self);
      LOG.atInfo()
          .addKeyValue("id", self.id())
          .addKeyValue("address", self.address())
          .log("registered in discovery");
    }
  }

  /** Leaves discovery for good; waits for the source as long as a registration does. */
  void leave() {
    Discovery.Registration ending;
    synchronized (this) {
      left = true;
      ending = registration;
      registration = null;
    }
    if (ending != null) {
      ending.close();
      LOG.atInfo().addKeyValue("id", self.id()).log("left discovery");
    }
  }
}
