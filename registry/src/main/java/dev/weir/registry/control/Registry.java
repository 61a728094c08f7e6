package dev.weir.registry.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.registry.audit.AuditChain;
import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.RolloutEffect;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.store.Commit;
import dev.weir.registry.store.RegistryStore;
import dev.weir.registry.store.StoreException;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of durable state. Thread-safe: changes are made one after the other, each is on
 * disk before anybody sees it.
 *
 * <p>Snapshot revisions: each durable change takes the next one; so does a change of soft state.
 * Only a ceiling is stored for the latter, {@value #REVISION_BLOCK} ahead, and a restart goes on
 * from the ceiling: revisions never go back, at the cost of gaps.
 */
public final class Registry {
  static final long REVISION_BLOCK = 1_000;
  private static final int MAX_DETAIL = 4_096;
  private static final String PART = "store";
  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final RegistryStore store;
  private final SnapshotSource source;
  private final SnapshotFeed feed;
  private final Clock clock;
  private final Readiness readiness;
  private final RegistryMetrics metrics;
  private final Tracer tracer;
  private final int rolloutsKept;

  private volatile RegistryState state;

  @GuardedBy("lock")
  private long durableRevision;

  @GuardedBy("lock")
  private long publishedRevision;

  @GuardedBy("lock")
  private long revisionCeiling;

  @GuardedBy("lock")
  private AuditChain chain;

  private final String epoch;

  /** After a failed commit memory may not be what the disk says: it is read again before use. */
  @GuardedBy("lock")
  private boolean stale;

  /**
   * @param loaded what the store had
   * @param rolloutsKept rollouts that are over and remembered
   */
  public Registry(
      RegistryStore store,
      RegistryStore.Loaded loaded,
      SnapshotSource source,
      SnapshotFeed feed,
      Clock clock,
      Readiness readiness,
      RegistryMetrics metrics,
      Tracer tracer,
      int rolloutsKept) {
    this.store = store;
    this.source = source;
    this.feed = feed;
    this.clock = clock;
    this.readiness = readiness;
    this.metrics = metrics;
    this.tracer = tracer;
    this.rolloutsKept = rolloutsKept;
    this.state = loaded.state();
    this.epoch = loaded.head().epoch();
    this.durableRevision = loaded.head().revision();
    this.publishedRevision = loaded.head().revisionCeiling();
    this.revisionCeiling = loaded.head().revisionCeiling();
    this.chain = loaded.head().chain();
  }

  /** Does what an earlier process left pending, and publishes the first snapshot. */
  public void start() {
    readiness.ready(PART);
    Outcome<RegistryState> pending = submit("registry", situation -> Outcome.done(List.of()));
    if (pending instanceof Outcome.Refused<RegistryState>(var refusal)) {
      LOG.atError().addKeyValue("reason", refusal.message()).log("pending effects not done");
    }
    publishSoft();
  }

  /** Durable state now. */
  public RegistryState state() {
    return state;
  }

  /**
   * Decides and makes the result durable, with the effects that follow from it.
   *
   * @param actor who wants it, for the audit log
   * @return the state after it, or why nothing changed
   */
  public Outcome<RegistryState> submit(String actor, Decider decider) {
    Outcome<RegistryState> outcome;
    lock.lock();
    try {
      outcome = submitLocked(actor, decider);
    } finally {
      lock.unlock();
    }
    feed.wakeWatchers();
    return outcome;
  }

  @GuardedBy("lock")
  private Outcome<RegistryState> submitLocked(String actor, Decider decider) {
    if (stale) {
      Optional<Refusal> stillStale = reload();
      if (stillStale.isPresent()) {
        return Outcome.refused(stillStale.get());
      }
    }
    RegistryState before = state;
    Instant now = clock.now();
    return switch (decider.decide(new Decider.Situation(before, now, publishedRevision + 1))) {
      case Outcome.Refused<List<Change>>(var refusal) -> Outcome.refused(refusal);
      case Outcome.Done<List<Change>>(var changes) -> {
        var all = new ArrayList<>(changes);
        RegistryState after = before;
        for (Change change : changes) {
          after = after.apply(change.record());
        }
        for (Change effect : effects(after)) {
          after = after.apply(effect.record());
          all.add(effect);
        }
        yield all.isEmpty() ? Outcome.done(before) : commit(actor, now, all, after);
      }
    };
  }

  /** What rollouts make of routes and aliases, derived from the state alone. */
  private static List<Change> effects(RegistryState state) {
    var effects = new ArrayList<Change>();
    for (Rollout rollout : state.rollouts().values()) {
      Route route = state.routes().get(rollout.getSpec().getRoute());
      if (route == null) {
        throw new IllegalStateException("rollout of a route that is not there: " + rollout);
      }
      for (RolloutEffect effect : RolloutEffect.pending(rollout, route)) {
        String detail =
            "rollout " + rollout.getId() + " is " + rollout.getState() + ": " + rollout.getReason();
        effects.add(
            switch (effect) {
              case RolloutEffect.ChangeRoute(var changed) ->
                  new Change(new RegistryRecord.RoutePut(changed), detail);
              case RolloutEffect.MoveAlias(var alias) ->
                  new Change(new RegistryRecord.AliasMoved(alias), detail);
            });
      }
    }
    return effects;
  }

  @GuardedBy("lock")
  private Outcome<RegistryState> commit(
      String actor, Instant now, List<Change> changes, RegistryState after) {
    long revision = publishedRevision + 1;
    long ceiling = revision > revisionCeiling ? revision + REVISION_BLOCK : revisionCeiling;
    AuditChain head = chain;
    var entries = new ArrayList<Commit.Entry>();
    for (Change change : changes) {
      RegistryRecord record = change.record();
      AuditRecord audit =
          head.next(
              now,
              actor,
              record.action(),
              record.subject(),
              cut(change.detail()),
              record.toBytes());
      head = head.with(audit);
      entries.add(new Commit.Entry(record, audit));
    }
    Span span =
        tracer
            .spanBuilder("registry commit")
            .setAttribute("weir.action", entries.getFirst().audit().action())
            .setAttribute("weir.subject", entries.getFirst().audit().subject())
            .setAttribute("weir.revision", revision)
            .startSpan();
    long begunNanos = clock.nanoTime();
    try {
      store.commit(new Commit(durableRevision, revision, ceiling, entries, after));
    } catch (StoreException e) {
      span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
      stale = true;
      metrics.storeFailed();
      LOG.atError()
          .addKeyValue("actor", actor)
          .addKeyValue("reason", e.getMessage())
          .log("commit failed");
      if (!e.isFull()) {
        readiness.notReady(PART, String.valueOf(e.getMessage()));
      }
      return Outcome.refused(
          e.isFull()
              ? Refusal.exhausted(String.valueOf(e.getMessage()))
              : Refusal.unavailable(String.valueOf(e.getMessage())));
    } finally {
      span.end();
    }
    metrics.committed(clock.nanoTime() - begunNanos);
    durableRevision = revision;
    revisionCeiling = ceiling;
    chain = head;
    state = after;
    publish(revision, source.content(after));
    entries.forEach(this::tell);
    return Outcome.done(after);
  }

  private void tell(Commit.Entry entry) {
    AuditRecord audit = entry.audit();
    metrics.recorded(audit.action());
    LOG.atInfo()
        .addKeyValue("subject", audit.subject())
        .addKeyValue("actor", audit.actor())
        .addKeyValue("detail", audit.detail())
        .addKeyValue("audit", audit.sequence())
        .log(audit.action());
  }

  /** Publishes a new snapshot when soft state has changed what is in it. */
  public void publishSoft() {
    lock.lock();
    try {
      if (stale && reload().isPresent()) {
        return;
      }
      Snapshot content = source.content(state);
      if (feed.isNews(content)) {
        long revision = publishedRevision + 1;
        if (revision > revisionCeiling) {
          store.raiseCeiling(revision + REVISION_BLOCK);
          revisionCeiling = revision + REVISION_BLOCK;
        }
        publish(revision, content);
      }
    } catch (StoreException e) {
      metrics.storeFailed();
      LOG.atError()
          .addKeyValue("reason", e.getMessage())
          .log("snapshot of soft state not published");
    } finally {
      lock.unlock();
    }
    feed.wakeWatchers();
  }

  @GuardedBy("lock")
  private void publish(long revision, Snapshot content) {
    publishedRevision = revision;
    feed.publish(
        content.toBuilder()
            .setRevision(revision)
            .setEpoch(epoch)
            .setAt(ProtoTimes.timestamp(clock.now()))
            .build());
  }

  /** Takes over what the disk says. Empty when that worked. */
  @GuardedBy("lock")
  private Optional<Refusal> reload() {
    try {
      RegistryStore.Loaded loaded = store.load(rolloutsKept);
      state = loaded.state();
      durableRevision = loaded.head().revision();
      chain = loaded.head().chain();
      revisionCeiling = loaded.head().revisionCeiling();
      publishedRevision = Math.max(publishedRevision, durableRevision);
      stale = false;
      readiness.ready(PART);
      return Optional.empty();
    } catch (StoreException e) {
      metrics.storeFailed();
      return Optional.of(Refusal.unavailable("the database cannot be read: " + e.getMessage()));
    }
  }

  private static String cut(String detail) {
    return detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL - 3) + "...";
  }
}
