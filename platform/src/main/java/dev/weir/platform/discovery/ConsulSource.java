package dev.weir.platform.discovery;

import com.google.common.net.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import java.time.Duration;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;

/**
 * A Consul agent: TTL checks keep instances known, blocking queries follow them. Services are named
 * with a prefix there, so that a Consul may be shared with others.
 */
final class ConsulSource implements Source {
  /** Together with {@link #READ_TIMEOUT_MILLIS}, the second that a call may take. */
  private static final long CONNECT_TIMEOUT_MILLIS = 300;

  /** For blocking queries the client adds the time that they block. */
  private static final long READ_TIMEOUT_MILLIS = 700;

  private final Consul consul;
  private final String prefix;
  private final Duration timeToLive;
  private final Clock clock;
  private final Scheduler scheduler;

  ConsulSource(DiscoveryConfig config, Clock clock, Scheduler scheduler) {
    var address = dev.weir.platform.grpc.HostAndPort.parse("consulAddress", config.consulAddress());
    this.consul =
        Consul.builder()
            .withHostAndPort(HostAndPort.fromParts(address.host(), address.port()))
            .withPing(false)
            .withConnectTimeoutMillis(CONNECT_TIMEOUT_MILLIS)
            .withReadTimeoutMillis(READ_TIMEOUT_MILLIS)
            .withWriteTimeoutMillis(READ_TIMEOUT_MILLIS)
            .build();
    this.prefix = config.consulPrefix();
    this.timeToLive = config.timeToLive();
    this.clock = clock;
    this.scheduler = scheduler;
  }

  @Override
  public Lease lease(Instance instance) {
    return new ConsulLease(consul.agentClient(), prefix, instance, timeToLive);
  }

  @Override
  public Watch watch(String service, KnownInstances known, Problems problems) {
    return new ConsulWatch(
        consul.healthClient(), prefix, service, known, clock, scheduler, problems);
  }

  /** A failure in words. */
  static String reason(ConsulException e) {
    Throwable cause = e.getCause();
    return "Consul: "
        + (cause == null || e.hasCode()
            ? e.getMessage()
            : cause.getClass().getSimpleName() + ", " + cause.getMessage());
  }

  @Override
  public void close() {
    consul.destroy();
  }
}
