package dev.weir.worker.serving;

import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.ReportWorkerStatusRequest;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the registry how the worker is: on each change, several at once as one, and every 2
 * seconds. Thread-safe.
 */
public final class StatusReporter implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);

  private final WorkerStatusBoard board;
  private final Channel registry;
  private final Scheduler scheduler;
  private final AtomicBoolean pending = new AtomicBoolean();
  private volatile boolean away;
  private volatile Scheduler.Cancellable periodic = () -> {};

  public StatusReporter(WorkerStatusBoard board, Channel registry, Scheduler scheduler) {
    this.board = board;
    this.registry = registry;
    this.scheduler = scheduler;
  }

  /** Begins the periodic reports. */
  public void start() {
    periodic = scheduler.every(PERIOD, this::report);
  }

  /** The status changed: it is reported soon, on another thread. */
  public void changed() {
    if (pending.compareAndSet(false, true)) {
      scheduler.after(Duration.ZERO, this::report);
    }
  }

  /** Reports now. Blocks at most one second. */
  public synchronized void report() {
    pending.set(false);
    try {
      SnapshotServiceGrpc.newBlockingStub(registry)
          .withDeadlineAfter(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
          .reportWorkerStatus(
              ReportWorkerStatusRequest.newBuilder().setStatus(board.status()).build());
      if (away) {
        away = false;
        LOG.info("the registry takes status reports again");
      }
    } catch (StatusRuntimeException e) {
      if (!away) {
        away = true;
        LOG.atWarn()
            .addKeyValue("status", e.getStatus().getCode())
            .log("the registry does not take status reports");
      }
    }
  }

  @Override
  public void close() {
    periodic.cancel();
  }
}
