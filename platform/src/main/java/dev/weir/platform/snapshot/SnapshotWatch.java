package dev.weir.platform.snapshot;

import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Clock;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the registry's snapshots for ever: starts with the one kept on disk, reconnects when the
 * registry is away or silent, hands each newer one to the listener and keeps it. A snapshot that
 * the listener refuses (by throwing) is reported and not kept: the old one stays. An older revision
 * of the same epoch is refused; of another epoch (a new database) it is taken and said. The
 * listener is called by one thread at a time.
 */
public final class SnapshotWatch implements AutoCloseable {
  /**
   * Longer silence than this is a lost connection: the registry sends a sign of life every 2
   * seconds.
   */
  private static final Duration SILENCE = Duration.ofSeconds(6);

  private static final Duration MAX_BACKOFF = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWatch.class);
  private static final String PART = "registry";

  private final Channel registry;
  private final String watcher;
  private final SnapshotStore store;
  private final Consumer<Snapshot> listener;
  private final Readiness readiness;
  private final Clock clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Context.CancellableContext calls = Context.ROOT.withCancellation();
  private final Thread thread;
  private volatile @Nullable Snapshot current;
  private volatile long lastHeardNanos;

  /**
   * @param registry channel to the registry
   * @param watcher who watches, for the registry's log
   * @param store where the last good one is kept
   * @param listener takes each newer snapshot, or refuses it by throwing
   * @param readiness gets a part "registry": not ready until the first snapshot, degraded while the
   *     registry is away
   */
  public SnapshotWatch(
      Channel registry,
      String watcher,
      SnapshotStore store,
      Consumer<Snapshot> listener,
      Readiness readiness,
      Clock clock) {
    this.registry = registry;
    this.watcher = watcher;
    this.store = store;
    this.listener = listener;
    this.readiness = readiness;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("snapshot-watch").unstarted(this::run);
  }

  /** Hands over the snapshot kept on disk, if any, on the calling thread, then starts following. */
  public void start() {
    readiness.notReady(PART, "no snapshot yet");
    store.load().ifPresent(kept -> take(kept, false));
    lastHeardNanos = clock.nanoTime();
    thread.start();
  }

  /** The snapshot in force; null before the first. */
  public @Nullable Snapshot current() {
    return current;
  }

  /** Time since the registry was last heard. */
  public Duration silence() {
    return Duration.ofNanos(clock.nanoTime() - lastHeardNanos);
  }

  private void run() {
    long backoffMillis = 50;
    while (closed.getCount() > 0) {
      boolean heard = follow();
      backoffMillis = heard ? 50 : Math.min(backoffMillis * 2, MAX_BACKOFF.toMillis());
      Snapshot held = current;
      if (held == null) {
        readiness.notReady(PART, "no snapshot yet: the registry does not answer");
      } else {
        readiness.degraded(
            PART, "the registry does not answer; working on revision " + held.getRevision());
      }
      try {
        if (closed.await(backoffMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One connection's life. Returns whether anything was heard. */
  private boolean follow() {
    Context.CancellableContext call = calls.withCancellation();
    boolean heard = false;
    Context previous = call.attach();
    Thread silenceGuard = Thread.ofVirtual().name("snapshot-silence").unstarted(() -> guard(call));
    try {
      Snapshot known = current;
      var request =
          WatchRequest.newBuilder()
              .setKnownRevision(known == null ? 0 : known.getRevision())
              .setKnownEpoch(known == null ? "" : known.getEpoch())
              .setWatcher(watcher)
              .build();
      lastHeardNanos = clock.nanoTime();
      Iterator<WatchResponse> responses =
          SnapshotServiceGrpc.newBlockingStub(registry).watch(request);
      silenceGuard.start();
      while (responses.hasNext()) {
        WatchResponse response = responses.next();
        heard = true;
        lastHeardNanos = clock.nanoTime();
        if (response.hasSnapshot()) {
          take(response.getSnapshot(), true);
        }
        if (current != null) {
          readiness.ready(PART);
        }
      }
    } catch (StatusRuntimeException e) {
      if (closed.getCount() > 0) {
        LOG.atDebug().addKeyValue("status", e.getStatus()).log("registry watch ended");
      }
    } finally {
      call.detach(previous);
      call.cancel(null);
    }
    return heard;
  }

  private void guard(Context.CancellableContext call) {
    try {
      while (!call.isCancelled()) {
        if (silence().compareTo(SILENCE) > 0) {
          call.cancel(new IllegalStateException("registry silent"));
          return;
        }
        if (closed.await(500, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Snapshot snapshot, boolean fromRegistry) {
    Snapshot held = current;
    if (held != null
        && held.getEpoch().equals(snapshot.getEpoch())
        && held.getRevision() >= snapshot.getRevision()) {
      LOG.atDebug().addKeyValue("revision", snapshot.getRevision()).log("not newer, ignored");
      return;
    }
    if (held != null && !held.getEpoch().equals(snapshot.getEpoch())) {
      LOG.atWarn()
          .addKeyValue("held", held.getEpoch() + "/" + held.getRevision())
          .addKeyValue("new", snapshot.getEpoch() + "/" + snapshot.getRevision())
          .log("the registry's database is another one, its snapshot is taken");
    }
    try {
      listener.accept(snapshot);
    } catch (RuntimeException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("revision", snapshot.getRevision())
          .log("snapshot refused, the old one stays");
      return;
    }
    current = snapshot;
    if (!fromRegistry) {
      readiness.degraded(PART, "working on the snapshot kept on disk");
      return;
    }
    try {
      store.save(snapshot);
    } catch (IOException e) {
      LOG.atError().setCause(e).log("snapshot cannot be kept on disk");
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    calls.cancel(null);
    thread.interrupt();
    thread.join(Duration.ofSeconds(2));
  }
}
