package dev.weir.router.control;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.TlsProblem;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.router.balance.Worker;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.policy.VersionId;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one worker's word about itself, over a connection of its own, until closed. A stream that
 * ends makes the worker suspect at once, one that is silent too; then it is called again.
 */
final class WorkerWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerWatch.class);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(50);

  private final Worker worker;
  private final String watcher;
  private final WatchConfig config;
  private final Clock clock;
  private final BiConsumer<WorkerWatch, WorkerHealth> listener;
  private final GrpcChannel channel;
  private final Scheduler.Cancellable silenceCheck;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Context.CancellableContext calls = Context.ROOT.withCancellation();
  private final Thread thread;
  private volatile long lastHeardNanos;
  private volatile Set<VersionId> available = Set.of();

  /**
   * Nothing is called before {@link #start}.
   *
   * @param listener gets each belief about the worker; not after {@link #close}
   */
  WorkerWatch(
      Worker worker,
      String watcher,
      WatchConfig config,
      @Nullable ReloadingTls tls,
      Clock clock,
      Scheduler scheduler,
      BiConsumer<WorkerWatch, WorkerHealth> listener) {
    this.worker = worker;
    this.watcher = watcher;
    this.config = config;
    this.clock = clock;
    this.listener = listener;
    this.channel = GrpcChannel.to(worker.address(), tls, List.of());
    this.thread = Thread.ofVirtual().name("watch-" + worker.id()).unstarted(this::run);
    this.lastHeardNanos = clock.nanoTime();
    this.silenceCheck = scheduler.every(config.silence().dividedBy(6), this::checkSilence);
  }

  void start() {
    thread.start();
  }

  Worker worker() {
    return worker;
  }

  private void run() {
    Duration backoff = FIRST_BACKOFF;
    while (closed.getCount() > 0) {
      String end = follow();
      boolean wasHeard = !available.isEmpty() || worker.health() instanceof WorkerHealth.Ready;
      available = Set.of();
      believe(new WorkerHealth.Suspect(end, Set.of()));
      Duration doubled = backoff.multipliedBy(2);
      backoff =
          wasHeard
              ? FIRST_BACKOFF
              : doubled.compareTo(config.longestBackoff()) > 0 ? config.longestBackoff() : doubled;
      try {
        if (closed.await(backoff.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One stream's life. Returns why it ended. */
  private String follow() {
    channel.resetBackoff();
    Context.CancellableContext call = calls.withCancellation();
    Context previous = call.attach();
    try {
      Iterator<WorkerStatus> statuses =
          WorkerServiceGrpc.newBlockingStub(channel.channel())
              .watchStatus(WatchStatusRequest.newBuilder().setWatcher(watcher).build());
      while (statuses.hasNext()) {
        WorkerStatus status = statuses.next();
        lastHeardNanos = clock.nanoTime();
        WorkerHealth health = health(status);
        available = health instanceof WorkerHealth.Ready(var versions) ? versions : Set.of();
        believe(health);
      }
      return "its status stream ended";
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      LOG.atDebug()
          .addKeyValue("worker", worker.id())
          .addKeyValue("status", status)
          .log("status stream broke");
      return "its status stream broke: " + TlsProblem.describe(status);
    } finally {
      call.detach(previous);
      call.cancel(null);
    }
  }

  private static WorkerHealth health(WorkerStatus status) {
    return switch (status.getState()) {
      case READY -> new WorkerHealth.Ready(available(status));
      case STARTING, DRAINING, ENGINE_DOWN ->
          new WorkerHealth.NotTakingWork(status.getState().name());
      case WORKER_STATE_UNSPECIFIED, UNRECOGNIZED ->
          new WorkerHealth.NotTakingWork("a state that is not known here");
    };
  }

  private static Set<VersionId> available(WorkerStatus status) {
    var versions = new HashSet<VersionId>();
    for (VersionStatus version : status.getVersionsList()) {
      if (version.getState() == VersionState.AVAILABLE) {
        versions.add(new VersionId(version.getModel(), version.getVersion()));
      }
    }
    return versions;
  }

  private void checkSilence() {
    boolean silent = clock.nanoTime() - lastHeardNanos > config.silence().toNanos();
    if (silent && worker.health() instanceof WorkerHealth.Ready) {
      believe(new WorkerHealth.Suspect("silent for over " + config.silence(), available));
    }
  }

  private void believe(WorkerHealth health) {
    if (closed.getCount() > 0) {
      listener.accept(this, health);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    silenceCheck.cancel();
    calls.cancel(null);
    thread.interrupt();
    channel.close();
  }
}
