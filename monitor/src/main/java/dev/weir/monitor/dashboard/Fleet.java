package dev.weir.monitor.dashboard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the mesh: what discovery says of each service, and what each worker says of itself (one
 * status stream a worker, opened again while discovery names it). Thread-safe.
 */
final class Fleet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
  private static final List<String> SERVICES =
      List.of("registry", "router", "model-worker", "monitor");
  private static final String WORKER = "model-worker";
  private static final int MAX_WORKERS = 1_024;
  private static final long RETRY_MILLIS = 500;

  /**
   * A worker's last word.
   *
   * @param heardNanos when, on the monitor's monotonic clock
   */
  record Said(WorkerStatus status, long heardNanos) {}

  private final Discovery discovery;
  private final @Nullable ReloadingTls tls;
  private final String watcher;
  private final Clock clock;
  private final List<Discovery.Subscription> subscriptions = new ArrayList<>();

  @GuardedBy("this")
  private final Map<String, List<Instance>> instances = new LinkedHashMap<>();

  @GuardedBy("this")
  private final Map<String, WorkerStream> streams = new TreeMap<>();

  Fleet(Discovery discovery, @Nullable ReloadingTls tls, String watcher, Clock clock) {
    this.discovery = discovery;
    this.tls = tls;
    this.watcher = watcher;
    this.clock = clock;
  }

  /** Begins to watch. */
  void start() {
    for (String service : SERVICES) {
      subscriptions.add(discovery.watch(service, found -> take(service, found)));
    }
  }

  private synchronized void take(String service, List<Instance> found) {
    instances.put(service, found);
    if (!service.equals(WORKER)) {
      return;
    }
    for (Instance worker : found) {
      WorkerStream known = streams.get(worker.id());
      if (known != null && known.worker.address().equals(worker.address())) {
        continue;
      }
      if (known != null) {
        known.close();
      } else if (streams.size() >= MAX_WORKERS) {
        LOG.atDebug().addKeyValue("worker", worker.id()).log("too many workers, not shown");
        continue;
      }
      var stream = new WorkerStream(worker);
      streams.put(worker.id(), stream);
      stream.thread.start();
    }
    streams
        .entrySet()
        .removeIf(entry -> {
          boolean gone = found.stream().noneMatch(w -> w.id().equals(entry.getKey()));
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
  }

  /** What discovery says, by service. */
  synchronized Map<String, List<Instance>> instances() {
    return new LinkedHashMap<>(instances);
  }

  /** What each worker in discovery last said; null: nothing yet. By discovery's id. */
  synchronized Map<String, @Nullable Said> workers() {
    var said = new TreeMap<String, @Nullable Said>();
    streams.forEach((id, stream) -> said.put(id, stream.last));
    return said;
  }

  @Override
  public void close() {
    subscriptions.forEach(Discovery.Subscription::close);
    synchronized (this) {
      streams.values().forEach(WorkerStream::close);
      streams.clear();
    }
  }

  /** One worker's status stream. */
  private final class WorkerStream {
    private final Instance worker;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Context.CancellableContext call = Context.ROOT.withCancellation();
    private final Thread thread;
    private volatile @Nullable Said last;

    WorkerStream(Instance worker) {
      this.worker = worker;
      this.thread = Thread.ofVirtual().name("worker-status-" + worker.id()).unstarted(this::run);
    }

    private void run() {
      try (GrpcChannel channel = GrpcChannel.to(worker.address(), tls, List.of())) {
        while (closed.getCount() > 0) {
          call.run(() -> follow(channel));
          if (closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void follow(GrpcChannel channel) {
      try {
        Iterator<WorkerStatus> statuses =
            WorkerServiceGrpc.newBlockingStub(channel.channel())
                .watchStatus(WatchStatusRequest.newBuilder().setWatcher(watcher).build());
        while (statuses.hasNext()) {
          last = new Said(statuses.next(), clock.nanoTime());
        }
      } catch (StatusRuntimeException e) {
        LOG.atDebug()
            .addKeyValue("worker", worker.id())
            .addKeyValue("status", e.getStatus())
            .log("worker status stream ended");
      }
    }

    void close() {
      closed.countDown();
      call.cancel(null);
    }
  }
}
