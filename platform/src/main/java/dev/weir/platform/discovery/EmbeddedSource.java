package dev.weir.platform.discovery;

import dev.weir.platform.time.Scheduler;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc.DiscoveryServiceBlockingStub;
import dev.weir.proto.discovery.v1.RegisterRequest;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The registry's own discovery, seen from a client. The channel belongs to its opener. */
final class EmbeddedSource implements Source {
  private static final long CALL_TIMEOUT_MILLIS = 1_000;

  private final Channel registry;
  private final Duration timeToLive;
  private final Scheduler scheduler;

  EmbeddedSource(Channel registry, Duration timeToLive, Scheduler scheduler) {
    this.registry = registry;
    this.timeToLive = timeToLive;
    this.scheduler = scheduler;
  }

  @Override
  public Lease lease(Instance instance) {
    var register =
        RegisterRequest.newBuilder()
            .setInstance(InstanceMessages.toMessage(instance))
            .setTimeToLive(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(timeToLive.getSeconds())
                    .setNanos(timeToLive.getNano()))
            .build();
    var deregister =
        DeregisterRequest.newBuilder().setService(instance.service()).setId(instance.id()).build();
    return new Lease() {
      @Override
      public void renew() throws SourceFailure {
        call(stub -> stub.register(register));
      }

      @Override
      public void leave() throws SourceFailure {
        call(stub -> stub.deregister(deregister));
      }
    };
  }

  /** Outside of whatever call or deadline the caller is in. */
  private void call(Consumer<DiscoveryServiceBlockingStub> call) throws SourceFailure {
    DiscoveryServiceBlockingStub stub =
        DiscoveryServiceGrpc.newBlockingStub(registry)
            .withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    try {
      Context.ROOT.run(() -> call.accept(stub));
    } catch (StatusRuntimeException e) {
      throw new SourceFailure(reason(e.getStatus()), e);
    }
  }

  @Override
  public Watch watch(String service, KnownInstances known, Problems problems) {
    return new EmbeddedWatch(
        service, known, DiscoveryServiceGrpc.newStub(registry), scheduler, problems);
  }

  /** A status in words. */
  static String reason(Status status) {
    String description = status.getDescription();
    Throwable cause = status.getCause();
    return status.getCode()
        + (description == null ? "" : ", " + description)
        + (cause == null ? "" : ", " + cause.getMessage());
  }

  @Override
  public void close() {}
}
