package dev.weir.registry.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.registry.control.SnapshotFeed;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One watch of the snapshots. Sends only when the client takes, and then the newest. */
final class SnapshotWatcher implements SnapshotFeed.Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWatcher.class);

  private final SnapshotFeed feed;
  private final ServerCallStreamObserver<WatchResponse> call;
  private final String name;
  private final String knownEpoch;

  @GuardedBy("this")
  private long sentRevision;

  @GuardedBy("this")
  private boolean begun;

  @GuardedBy("this")
  private boolean ended;

  /**
   * @param knownRevision revision that the client has, of {@code knownEpoch}; 0: none
   */
  SnapshotWatcher(
      SnapshotFeed feed,
      ServerCallStreamObserver<WatchResponse> call,
      String name,
      long knownRevision,
      String knownEpoch) {
    this.feed = feed;
    this.call = call;
    this.name = name;
    this.sentRevision = knownRevision;
    this.knownEpoch = knownEpoch;
  }

  /** The client takes messages (again). The first time it hears something in any case. */
  synchronized void begin() {
    if (begun) {
      wake();
      return;
    }
    begun = true;
    LOG.atInfo()
        .addKeyValue("watcher", name)
        .addKeyValue("known", sentRevision)
        .log("watcher joined");
    if (!knownEpoch.equals(feed.newest().getEpoch())) {
      sentRevision = 0;
    }
    signOfLife();
  }

  @Override
  public synchronized void wake() {
    Snapshot newest = feed.newest();
    if (canSend() && newest.getRevision() != sentRevision) {
      sentRevision = newest.getRevision();
      call.onNext(
          WatchResponse.newBuilder().setSnapshot(newest).setRevision(newest.getRevision()).build());
    }
  }

  @Override
  public synchronized void signOfLife() {
    long before = sentRevision;
    wake();
    if (canSend() && before == sentRevision) {
      call.onNext(WatchResponse.newBuilder().setRevision(sentRevision).build());
    }
  }

  @GuardedBy("this")
  private boolean canSend() {
    return begun && !ended && !call.isCancelled() && call.isReady();
  }

  @Override
  public synchronized void end() {
    if (!ended && !call.isCancelled()) {
      ended = true;
      call.onError(Status.UNAVAILABLE.withDescription("the registry stops").asRuntimeException());
    }
    feed.remove(this);
  }

  /** The client is gone. */
  void left() {
    synchronized (this) {
      ended = true;
    }
    feed.remove(this);
    LOG.atInfo().addKeyValue("watcher", name).log("watcher left");
  }
}
