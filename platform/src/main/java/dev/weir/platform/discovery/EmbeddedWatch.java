package dev.weir.platform.discovery;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc.DiscoveryServiceStub;
import dev.weir.proto.discovery.v1.WatchRequest;
import dev.weir.proto.discovery.v1.WatchResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows one service at the embedded discovery for ever: a stream that ends is opened again. */
final class EmbeddedWatch implements Source.Watch {
  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedWatch.class);

  private final String service;
  private final KnownInstances known;
  private final DiscoveryServiceStub stub;
  private final Scheduler scheduler;
  private final Problems problems;
  private final String part;
  private volatile boolean ended;
  private volatile @Nullable ClientCallStreamObserver<WatchRequest> call;

  EmbeddedWatch(
      String service,
      KnownInstances known,
      DiscoveryServiceStub stub,
      Scheduler scheduler,
      Problems problems) {
    this.service = service;
    this.known = known;
    this.stub = stub;
    this.scheduler = scheduler;
    this.problems = problems;
    this.part = "watch of " + service;
  }

  @Override
  public void start() {
    problems.waiting(part);
    connect(FIRST_RETRY);
  }

  @Override
  public void end() {
    ended = true;
    problems.forget(part);
    cancelCall();
  }

  private void cancelCall() {
    ClientCallStreamObserver<WatchRequest> open = call;
    if (open != null) {
      open.cancel("not watched any more", null);
    }
  }

  private void connect(Duration retry) {
    if (ended) {
      return;
    }
    var request = WatchRequest.newBuilder().setService(service).build();
    Context.ROOT.run(() -> stub.watch(request, new Responses(retry)));
    if (ended) {
      cancelCall();
    }
  }

  private void publish(WatchResponse response) {
    List<Instance> instances = new ArrayList<>(response.getInstancesCount());
    for (var message : response.getInstancesList()) {
      try {
        instances.add(InstanceMessages.fromMessage(message));
      } catch (InvalidValueException e) {
        LOG.atWarn()
            .addKeyValue("service", service)
            .addKeyValue("instance", message.getId())
            .addKeyValue("reason", e.getMessage())
            .log("discovered instance ignored");
      }
    }
    if (response.getStarting()) {
      known.merge(instances);
    } else {
      known.replace(instances);
    }
  }

  /** What one stream brings. */
  private final class Responses implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private Duration retry;

    Responses(Duration retry) {
      this.retry = retry;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
      call = requests;
    }

    @Override
    public void onNext(WatchResponse response) {
      if (ended) {
        return;
      }
      retry = FIRST_RETRY;
      problems.working(part);
      publish(response);
    }

    @Override
    public void onError(Throwable error) {
      again(EmbeddedSource.reason(Status.fromThrowable(error)));
    }

    @Override
    public void onCompleted() {
      again("the stream ended");
    }

    private void again(String reason) {
      if (ended) {
        return;
      }
      problems.failing(part, reason);
      if (ended) {
        problems.forget(part);
      }
      Duration doubled = retry.multipliedBy(2);
      Duration following = doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
      scheduler.after(retry, () -> connect(following));
    }
  }
}
