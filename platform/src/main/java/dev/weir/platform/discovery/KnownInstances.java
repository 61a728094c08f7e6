package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last known instances of one service and the listeners that follow them. A listener always
 * gets the newest list: one that is slow misses those between. Thread-safe.
 */
final class KnownInstances {
  private static final Logger LOG = LoggerFactory.getLogger(KnownInstances.class);

  private final String service;
  private final CopyOnWriteArrayList<Follower> followers = new CopyOnWriteArrayList<>();

  /** In order of id; null until the source has answered for the first time. */
  private volatile @Nullable List<Instance> newest;

  KnownInstances(String service) {
    this.service = service;
  }

  /** These are all. */
  void replace(Collection<Instance> instances) {
    synchronized (this) {
      newest = instances.stream().sorted(Comparator.comparing(Instance::id)).toList();
    }
    tell();
  }

  /**
   * These are there, and others may be: what was known before stays. For a source that has just
   * started and cannot know yet.
   */
  void merge(Collection<Instance> instances) {
    synchronized (this) {
      var byId = new TreeMap<String, Instance>();
      List<Instance> before = newest;
      if (before != null) {
        before.forEach(instance -> byId.put(instance.id(), instance));
      }
      instances.forEach(instance -> byId.put(instance.id(), instance));
      newest = List.copyOf(byId.values());
    }
    tell();
  }

  /**
   * Adds a listener.
   *
   * @param closed is run once, when its subscription is closed
   */
  Discovery.Subscription follow(Consumer<List<Instance>> listener, Runnable closed) {
    var follower = new Follower(listener, closed);
    followers.add(follower);
    follower.deliver();
    return follower;
  }

  /** No listener is called any more once this has returned. */
  void end() {
    followers.forEach(Follower::silence);
    followers.clear();
  }

  private void tell() {
    followers.forEach(Follower::deliver);
  }

  private final class Follower implements Discovery.Subscription {
    private final Consumer<List<Instance>> listener;
    private final Runnable whenClosed;

    @GuardedBy("this")
    private @Nullable List<Instance> delivered;

    @GuardedBy("this")
    private boolean silent;

    Follower(Consumer<List<Instance>> listener, Runnable whenClosed) {
      this.listener = listener;
      this.whenClosed = whenClosed;
    }

    synchronized void deliver() {
      List<Instance> list = newest;
      if (silent || list == null || list.equals(delivered)) {
        return;
      }
      delivered = list;
      try {
        listener.accept(list);
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).addKeyValue("service", service).log("discovery listener failed");
      }
    }

    /** Waits for a call under way, unless it is this very thread that makes it. */
    synchronized boolean silence() {
      boolean was = silent;
      silent = true;
      return !was;
    }

    @Override
    public void close() {
      if (silence()) {
        followers.remove(this);
        whenClosed.run();
      }
    }
  }
}
