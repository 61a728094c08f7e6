package dev.weir.registry.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.route.v1.Snapshot;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest snapshot and who watches it. A watcher that is slow misses what is in between and gets
 * the newest. Thread-safe.
 */
public final class SnapshotFeed {
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final int maxWatchers;
  private final RegistryMetrics metrics;

  @GuardedBy("this")
  private boolean ended;

  private volatile Snapshot newest = Snapshot.getDefaultInstance();

  /** Somebody who is to get snapshots. */
  public interface Watcher {
    /**
     * Sends the newest snapshot if it is news to this watcher and can be sent now. Never blocks.
     */
    void wake();

    /** Says that the registry is there, if that can be sent now. Never blocks. */
    void signOfLife();

    /** Ends it: the registry stops. */
    void end();
  }

  /**
   * @param maxWatchers watchers at once; more are refused
   */
  public SnapshotFeed(int maxWatchers, RegistryMetrics metrics) {
    this.maxWatchers = maxWatchers;
    this.metrics = metrics;
  }

  /** The newest snapshot; revision 0 before the first. */
  public Snapshot newest() {
    return newest;
  }

  /** True when some content differs from what was published last. */
  boolean isNews(Snapshot content) {
    Snapshot last = newest;
    return last.getRevision() == 0
        || !content.equals(last.toBuilder().clearRevision().clearEpoch().clearAt().build());
  }

  /** Replaces the newest. By one thread at a time; watchers are woken separately. */
  void publish(Snapshot snapshot) {
    newest = snapshot;
    metrics.published(snapshot.getRevision());
  }

  /**
   * Adds a watcher.
   *
   * @return false when there are too many, or the registry stops
   */
  public synchronized boolean add(Watcher watcher) {
    if (ended || watchers.size() >= maxWatchers) {
      return false;
    }
    watchers.add(watcher);
    metrics.watchers(watchers.size());
    return true;
  }

  /** Removes a watcher. Idempotent. */
  public synchronized void remove(Watcher watcher) {
    watchers.remove(watcher);
    metrics.watchers(watchers.size());
  }

  /** Lets all watchers look. */
  public void wakeWatchers() {
    watchers.forEach(Watcher::wake);
  }

  /** Tells all watchers that the registry is there. */
  public void signOfLife() {
    watchers.forEach(Watcher::signOfLife);
  }

  /** Ends all watchers and takes no more. */
  public void end() {
    synchronized (this) {
      ended = true;
    }
    watchers.forEach(Watcher::end);
  }
}
