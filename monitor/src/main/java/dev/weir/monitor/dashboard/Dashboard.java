package dev.weir.monitor.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.guardrail.RolloutView;
import dev.weir.monitor.intake.Accuracy;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.MetricBoard;
import dev.weir.monitor.intake.ServicesHeard;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.intake.VariantKey;
import dev.weir.monitor.mirror.MirrorBoard;
import dev.weir.monitor.verdict.VerdictSender;
import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Clock;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts together what the page shows, and pushes it to the pages that are open. Thread-safe. */
public final class Dashboard implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** A slice comes when all in it ended, at the latest after two seconds; and its report takes. */
  private static final long TRAFFIC_DELAY_SECONDS = 3;

  /** More than a person looks through. */
  private static final int TRACES_LISTED = 200;

  /** Asked more often than this, the state is the same. */
  private static final Duration SHORTEST = Duration.ofMillis(200);

  /**
   * Where the shown things are known.
   *
   * @param tls of connections to workers; null: plain text
   */
  public record Sources(
      String instance,
      Readiness readiness,
      EvidenceBook book,
      VerdictSender sender,
      IntakeCounts counts,
      FeedbackJoin feedback,
      MirrorBoard mirrors,
      TraceStore traces,
      MetricBoard metrics,
      ServicesHeard heard,
      Discovery discovery,
      @Nullable ReloadingTls tls) {}

  private final Sources sources;
  private final Clock clock;
  private final LiveTraffic traffic;
  private final LiveTraffic foreign;
  private final ClassShares classes;
  private final Fleet fleet;
  private final EventStream events;
  private final String jaegerUrl;
  private volatile @Nullable Snapshot snapshot;

  @GuardedBy("this")
  private final IntakeRates rates = new IntakeRates();

  @GuardedBy("this")
  private Map<String, Double> perSecond = Map.of();

  @GuardedBy("this")
  private @Nullable String newest;

  @GuardedBy("this")
  private long newestNanos;

  /** Nothing is watched or pushed before {@link #start}. */
  public Dashboard(Sources sources, Incoming incoming, DashboardConfig config, Clock clock) {
    this.sources = sources;
    this.clock = clock;
    this.traffic = incoming.traffic;
    this.foreign = incoming.foreign;
    this.classes = incoming.classes;
    this.fleet =
        new Fleet(sources.discovery(), sources.tls(), "monitor " + sources.instance(), clock);
    this.jaegerUrl = config.jaegerUrl();
    this.events = new EventStream(config.maxListeners(), config.maxLag());
  }

  /** What the dashboard keeps of what comes in: the book's listener hands it over. */
  public static final class Incoming implements EvidenceListener {
    private final LiveTraffic traffic;
    private final LiveTraffic foreign;
    private final ClassShares classes;

    /** Empty. */
    public Incoming(DashboardConfig config, Clock clock) {
      this.traffic = new LiveTraffic(config.maxVariants());
      this.foreign = new LiveTraffic(config.maxVariants());
      this.classes = new ClassShares(config.maxVariants(), clock);
    }

    @Override
    public void slice(OutcomeSlice slice) {
      traffic.take(slice);
    }

    @Override
    public void foreign(OutcomeSlice shown) {
      foreign.take(shown);
    }

    @Override
    public void samples(List<Sample> slice) {
      classes.take(slice);
    }
  }

  /** Begins to watch the fleet. */
  public void start() {
    fleet.start();
  }

  /** A newer snapshot. */
  public void follow(Snapshot newer) {
    snapshot = newer;
  }

  /** Notes the evidence and the rates, and pushes the state when there is a page to push to. */
  public void push() {
    sources.book().note();
    synchronized (this) {
      perSecond = rates.perSecond(clock.nanoTime(), sources.counts().byWord());
    }
    if (events.size() > 0) {
      events.publish(json());
    }
  }

  EventStream events() {
    return events;
  }

  /** The state as JSON, at most 200 ms old. */
  synchronized String json() {
    long now = clock.nanoTime();
    String known = newest;
    if (known != null && now - newestNanos < SHORTEST.toNanos()) {
      return known;
    }
    try {
      String made = JSON.writeValueAsString(state());
      newest = made;
      newestNanos = now;
      return made;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the state is not serialisable", e);
    }
  }

  /** A trace as a waterfall. */
  Optional<TraceView> trace(String traceId) {
    return sources.traces().find(traceId).map(spans -> TraceView.of(traceId, spans));
  }

  /** The newest traces, so many at most. */
  List<TraceSummary> traces() {
    return sources.traces().newest(TRACES_LISTED).entrySet().stream()
        .map(entry -> TraceSummary.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** The newest metric values of a service, or of all when empty. */
  List<MetricBoard.Line> metrics(String service) {
    return sources.metrics().of(service);
  }

  @GuardedBy("this")
  private MonitorState state() {
    Snapshot current = snapshot == null ? Snapshot.getDefaultInstance() : snapshot;
    Map<String, RolloutView> views = sources.book().views();
    long lastSecond = clock.now().getEpochSecond() - TRAFFIC_DELAY_SECONDS;
    Map<VariantKey, TrafficSeries> series = traffic.seriesEndingAt(lastSecond);
    Map<VariantKey, List<ClassShares.Share>> shares = classes.shares();
    Map<VariantKey, Accuracy> accuracies = sources.feedback().accuracies();
    List<MirrorState> mirrors =
        sources.mirrors().views().stream()
            .map(view -> MirrorState.of(view, id -> sources.traces().holds(id)))
            .toList();
    return new MonitorState(
        clock.now().toEpochMilli(),
        sources.instance(),
        sources.readiness().describe(),
        current.getRevision(),
        FleetState.of(
            fleet.instances(),
            fleet.workers(),
            sources.heard().all(),
            clock.now(),
            clock.nanoTime()),
        ForeignRoutes.beside(
            current.getRoutesList().stream()
                .map(route -> RouteState.of(route, series, shares, accuracies, mirrors))
                .toList(),
            foreign.seriesEndingAt(lastSecond)),
        current.getRolloutsList().stream()
            .map(rollout ->
                RolloutStateView.of(
                    rollout, views.get(rollout.getId()), id -> sources.traces().holds(id)))
            .sorted(
                Comparator.comparing(RolloutStateView::over)
                    .thenComparing(RolloutStateView::createdAt, Comparator.reverseOrder()))
            .toList(),
        intake(),
        jaegerUrl);
  }

  @GuardedBy("this")
  private MonitorState.Intake intake() {
    Map<String, Long> totals = sources.counts().byWord();
    return new MonitorState.Intake(
        perSecond,
        totals,
        sources.traces().size(),
        sources.book().waitingSamples(),
        sources.sender().sent(),
        sources.sender().failed(),
        events.size(),
        events.cutOff());
  }

  @Override
  public void close() {
    events.close();
    fleet.close();
  }
}
