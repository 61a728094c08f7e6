package dev.weir.monitor.labelling;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.inspect.Inspected;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.Sample;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The predictions of each route that are most worth a label: uncertain, unlike the reference, or
 * answered otherwise by the shadow version. Bounded; what is worth less makes room. Thread-safe.
 */
public final class LabellingQueue implements Erasable {
  private static final int MAX_REQUEST_ID = 256;

  private final LabellingConfig config;
  private final Clock clock;

  @GuardedBy("this")
  private final LinkedHashMap<String, TreeSet<Candidate>> queues =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Everything in the queues, by request. */
  @GuardedBy("this")
  private final Map<String, Candidate> queued = new HashMap<>();

  /** The newest predictions, in the queue or not. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Candidate> newest = new LinkedHashMap<>();

  /** Requests whose shadow disagreed before their prediction came. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Boolean> disagreeing = new LinkedHashMap<>();

  /** Requests that need no label: they have had one, or are to be forgotten. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Boolean> done = new LinkedHashMap<>();

  /** Empty. */
  public LabellingQueue(LabellingConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Takes a prediction. */
  public synchronized void observe(Inspected inspected) {
    Sample sample = inspected.sample();
    String id = sample.getRequestId();
    if (id.isEmpty()
        || id.length() > MAX_REQUEST_ID
        || sample.getPredictedClassesCount() + sample.getPredictedValuesCount() == 0
        || done.containsKey(id)
        || newest.containsKey(id)) {
      return;
    }
    Candidate candidate = Candidate.of(inspected);
    if (disagreeing.remove(id) != null) {
      candidate = candidate.withDisagreement();
    }
    remember(newest, id, candidate);
    offer(candidate);
  }

  @GuardedBy("this")
  private void offer(Candidate candidate) {
    if (candidate.score() <= 0) {
      return;
    }
    TreeSet<Candidate> queue =
        queues.computeIfAbsent(candidate.route(), route -> new TreeSet<>(Candidate.ORDER));
    queue.add(candidate);
    queued.put(candidate.requestId(), candidate);
    if (queue.size() > config.maxPerRoute()) {
      Candidate least = queue.last();
      drop(least);
    }
    if (queues.size() > config.maxRoutes()) {
      queues.pollFirstEntry().getValue().forEach(each -> queued.remove(each.requestId()));
    }
  }

  private <T> void remember(LinkedHashMap<String, T> where, String id, T what) {
    where.put(id, what);
    if (where.size() > config.maxRemembered()) {
      where.pollFirstEntry();
    }
  }

  /** Takes pairs of a mirror. */
  public synchronized void pairs(List<MirrorPair> pairs) {
    for (MirrorPair pair : pairs) {
      String id = pair.getRequestId();
      if (!disagrees(pair)
          || id.isEmpty()
          || id.length() > MAX_REQUEST_ID
          || done.containsKey(id)) {
        continue;
      }
      Candidate known = newest.get(id);
      if (known == null) {
        remember(disagreeing, id, true);
      } else if (!known.disagreeing()) {
        Candidate more = known.withDisagreement();
        newest.put(id, more);
        drop(known);
        offer(more);
      }
    }
  }

  private static boolean disagrees(MirrorPair pair) {
    return pair.getCompared()
        && (pair.getUnlikeOutputsCount() > 0
            || pair.getOutputsList().stream()
                .anyMatch(output -> output.getRowsAgreeing() < output.getRows()));
  }

  @GuardedBy("this")
  private void drop(Candidate candidate) {
    queued.remove(candidate.requestId());
    TreeSet<Candidate> queue = queues.get(candidate.route());
    if (queue != null) {
      queue.remove(candidate);
    }
  }

  /** These have their label. */
  public synchronized void labelled(Collection<String> requestIds) {
    for (String id : requestIds) {
      forget(id);
      remember(done, id, true);
    }
  }

  @Override
  public synchronized boolean erase(String requestId) {
    boolean hadLabel = done.remove(requestId) != null;
    return forget(requestId) || hadLabel;
  }

  @Override
  public synchronized int eraseUnit(long unit) {
    Predicate<Candidate> ofUnit = candidate -> candidate.unit() == unit;
    var found = new HashSet<String>();
    newest.values().stream().filter(ofUnit).map(Candidate::requestId).forEach(found::add);
    queued.values().stream().filter(ofUnit).map(Candidate::requestId).forEach(found::add);
    found.forEach(this::forget);
    return found.size();
  }

  @GuardedBy("this")
  private boolean forget(String id) {
    boolean was = newest.remove(id) != null;
    was |= disagreeing.remove(id) != null;
    Candidate waiting = queued.get(id);
    if (waiting != null) {
      drop(waiting);
    }
    return was || waiting != null;
  }

  /**
   * Those most worth a label.
   *
   * @param route empty: of all routes
   * @param limit at most so many
   */
  synchronized List<Candidate> best(Optional<String> route, int limit) {
    long oldest = clock.now().minus(config.keepFor()).toEpochMilli();
    queued.values().stream()
        .filter(candidate -> candidate.atMillis() < oldest)
        .toList()
        .forEach(this::drop);
    return queues.entrySet().stream()
        .filter(queue -> route.isEmpty() || route.get().equals(queue.getKey()))
        .flatMap(queue -> queue.getValue().stream())
        .sorted(Candidate.ORDER)
        .limit(limit)
        .toList();
  }
}
