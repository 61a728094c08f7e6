package dev.weir.platform.snapshot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.TlsProblem;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
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
  static final Duration SILENCE = Duration.ofSeconds(6);

  private static final Duration SILENCE_CHECK = Duration.ofMillis(500);
  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWatch.class);
  private static final String PART = "registry";

  private final Channel registry;
  private final String watcher;
  private final SnapshotStore store;
  private final Consumer<Snapshot> listener;
  private final Readiness readiness;
  private final Clock clock;
  private final Scheduler scheduler;

  private volatile @Nullable Snapshot current;
  private volatile long lastHeardNanos;
  private volatile boolean registryHeard;

  /** The stream that is open or being opened. */
  @GuardedBy("this")
  private @Nullable Stream stream;

  @GuardedBy("this")
  private Duration retry = FIRST_RETRY;

  /** Why the newest snapshot is not in force; empty when it is. */
  @GuardedBy("this")
  private String refusal = "";

  @GuardedBy("this")
  private boolean closed;

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
    this(registry, watcher, store, listener, readiness, clock, Scheduler.system("snapshot-watch"));
  }

  /**
   * @param scheduler for retries and for noticing silence; closed with this
   */
  SnapshotWatch(
      Channel registry,
      String watcher,
      SnapshotStore store,
      Consumer<Snapshot> listener,
      Readiness readiness,
      Clock clock,
      Scheduler scheduler) {
    this.registry = registry;
    this.watcher = watcher;
    this.store = store;
    this.listener = listener;
    this.readiness = readiness;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** Hands over the snapshot kept on disk, if any, on the calling thread, then starts following. */
  public void start() {
    readiness.notReady(PART, "no snapshot yet");
    store.load().ifPresent(kept -> take(kept, false));
    lastHeardNanos = clock.nanoTime();
    scheduler.every(SILENCE_CHECK, this::cancelIfSilent);
    connect();
  }

  /** The snapshot in force; null before the first. */
  public @Nullable Snapshot current() {
    return current;
  }

  /** The registry was heard since the start: the snapshot in force was its newest at that time. */
  public boolean hasHeard() {
    return registryHeard;
  }

  /** Time since the registry was last heard. */
  public Duration silence() {
    return Duration.ofNanos(clock.nanoTime() - lastHeardNanos);
  }

  private void connect() {
    Stream opening;
    synchronized (this) {
      if (closed) {
        return;
      }
      opening = new Stream(clock.nanoTime());
      stream = opening;
    }
    Snapshot known = current;
    var request =
        WatchRequest.newBuilder()
            .setKnownRevision(known == null ? 0 : known.getRevision())
            .setKnownEpoch(known == null ? "" : known.getEpoch())
            .setWatcher(watcher)
            .build();
    Context.ROOT.run(() -> SnapshotServiceGrpc.newStub(registry).watch(request, opening));
  }

  private void cancelIfSilent() {
    Stream open;
    synchronized (this) {
      open = stream;
    }
    if (open != null && open.isSilent()) {
      LOG.atWarn().addKeyValue("silence", SILENCE).log("the registry is silent, connecting anew");
      open.cancel("silent");
    }
  }

  /** The lock keeps the listener to one thread, and away from a watch that has been closed. */
  private synchronized void take(Snapshot snapshot, boolean fromRegistry) {
    Snapshot held = current;
    if (closed || !isNews(held, snapshot)) {
      return;
    }
    try {
      listener.accept(snapshot);
    } catch (RuntimeException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("revision", snapshot.getRevision())
          .log("snapshot refused, the old one stays");
      refusal = "revision " + snapshot.getRevision() + " was refused: " + e.getMessage();
      return;
    } finally {
      // a listener that is slow is not a registry that is silent
      lastHeardNanos = clock.nanoTime();
    }
    refusal = "";
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

  private static boolean isNews(@Nullable Snapshot held, Snapshot snapshot) {
    if (held == null) {
      return true;
    }
    if (!held.getEpoch().equals(snapshot.getEpoch())) {
      LOG.atWarn()
          .addKeyValue("held", held.getEpoch() + "/" + held.getRevision())
          .addKeyValue("new", snapshot.getEpoch() + "/" + snapshot.getRevision())
          .log("the registry's database is another one, its snapshot is taken");
      return true;
    }
    if (held.getRevision() > snapshot.getRevision()) {
      LOG.atWarn()
          .addKeyValue("held", held.getRevision())
          .addKeyValue("offered", snapshot.getRevision())
          .log("the registry offers an older snapshot, refused");
    }
    return held.getRevision() < snapshot.getRevision();
  }

  private synchronized void heard() {
    lastHeardNanos = clock.nanoTime();
    retry = FIRST_RETRY;
    if (closed) {
      return;
    }
    Snapshot held = current;
    registryHeard = registryHeard || held != null;
    if (held == null) {
      readiness.notReady(PART, refusal.isEmpty() ? "no snapshot yet" : refusal);
    } else if (refusal.isEmpty()) {
      readiness.ready(PART);
    } else {
      readiness.degraded(PART, refusal + "; working on revision " + held.getRevision());
    }
  }

  private synchronized void lost(Stream lost, String reason, String problem) {
    if (closed || stream != lost) {
      return;
    }
    stream = null;
    LOG.atDebug().addKeyValue("reason", reason).log("registry watch ended");
    Snapshot held = current;
    if (held == null) {
      readiness.notReady(PART, "no snapshot yet: the registry does not answer" + problem);
    } else {
      readiness.degraded(
          PART,
          "the registry does not answer" + problem + "; working on revision " + held.getRevision());
    }
    scheduler.after(retry, this::connect);
    Duration doubled = retry.multipliedBy(2);
    retry = doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
  }

  /** Ends; the listener is not called once this has returned. */
  @Override
  public void close() {
    Stream open;
    synchronized (this) {
      closed = true;
      open = stream;
      stream = null;
    }
    if (open != null) {
      open.cancel("closed");
    }
    scheduler.close();
  }

  /** One connection's life. */
  private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final long openedNanos;
    private volatile @Nullable ClientCallStreamObserver<WatchRequest> call;

    Stream(long openedNanos) {
      this.openedNanos = openedNanos;
    }

    boolean isSilent() {
      long now = clock.nanoTime();
      long limit = SILENCE.toNanos();
      return now - openedNanos > limit && now - lastHeardNanos > limit;
    }

    void cancel(String reason) {
      ClientCallStreamObserver<WatchRequest> open = call;
      if (open != null) {
        open.cancel(reason, null);
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
      call = requests;
    }

    @Override
    public void onNext(WatchResponse response) {
      lastHeardNanos = clock.nanoTime();
      if (response.hasSnapshot()) {
        take(response.getSnapshot(), true);
      }
      heard();
    }

    @Override
    public void onError(Throwable error) {
      String problem = TlsProblem.of(error);
      lost(
          this,
          Status.fromThrowable(error).toString(),
          problem == null ? "" : " (TLS: " + problem + ")");
    }

    @Override
    public void onCompleted() {
      lost(this, "the registry ended it", "");
    }
  }
}
