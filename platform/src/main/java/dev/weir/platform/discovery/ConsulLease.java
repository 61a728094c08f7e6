package dev.weir.platform.discovery;

import java.time.Duration;
import org.kiwiproject.consul.AgentClient;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.NotRegisteredException;
import org.kiwiproject.consul.model.agent.ImmutableRegCheck;
import org.kiwiproject.consul.model.agent.ImmutableRegistration;
import org.kiwiproject.consul.model.agent.Registration;

/** One instance at a Consul agent, kept passing by its TTL check. */
final class ConsulLease implements Source.Lease {
  /** The metadata that carries an instance's id: Consul's own ids are unique over all services. */
  static final String ID = "weir-id";

  /** The shortest that Consul takes: an instance that died stays listed, as critical, so long. */
  private static final String FORGET_AFTER = "1m";

  private final AgentClient agent;
  private final Registration registration;
  private boolean registered;

  ConsulLease(AgentClient agent, String prefix, Instance instance, Duration timeToLive) {
    this.agent = agent;
    String name = prefix + instance.service();
    this.registration =
        ImmutableRegistration.builder()
            .name(name)
            .id(name + "." + instance.id())
            .address(instance.address().host())
            .port(instance.address().port())
            .putAllMeta(instance.metadata())
            .putMeta(ID, instance.id())
            .check(
                ImmutableRegCheck.builder()
                    .name("lease")
                    .ttl(timeToLive.toMillis() + "ms")
                    .status("passing")
                    .deregisterCriticalServiceAfter(FORGET_AFTER)
                    .build())
            .build();
  }

  @Override
  public void renew() throws SourceFailure {
    try {
      if (registered && pass()) {
        return;
      }
      agent.register(registration);
      registered = true;
    } catch (ConsulException e) {
      throw new SourceFailure(ConsulSource.reason(e), e);
    }
  }

  /** Returns false when the agent does not know the check (any more). */
  private boolean pass() {
    try {
      agent.pass(registration.getId());
      return true;
    } catch (NotRegisteredException e) {
      // the client says this for every failure; only one that carries a status is an answer
      if (e.getCause() instanceof ConsulException refused && !refused.hasCode()) {
        throw refused;
      }
      return false;
    }
  }

  @Override
  public void leave() throws SourceFailure {
    try {
      agent.deregister(registration.getId());
    } catch (ConsulException e) {
      throw new SourceFailure(ConsulSource.reason(e), e);
    }
  }
}
