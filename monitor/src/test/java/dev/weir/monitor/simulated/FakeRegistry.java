package dev.weir.monitor.simulated;

import com.google.protobuf.Timestamp;
import dev.weir.platform.discovery.EmbeddedDiscoveryConfig;
import dev.weir.platform.discovery.EmbeddedDiscoveryService;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.ReportVerdictsRequest;
import dev.weir.proto.registry.v1.ReportVerdictsResponse;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * The registry as the monitor sees it: hands out a snapshot and each later one, takes verdicts,
 * rolls back what is violated. Steps go on when told.
 */
public final class FakeRegistry implements AutoCloseable {
  private final Clock clock;
  private final GrpcServer server;
  private final EmbeddedDiscoveryService discovery;
  private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
  private final List<Verdict> verdicts = new ArrayList<>();
  private final Map<String, Set<String>> monitors = new HashMap<>();
  private Snapshot snapshot = Snapshot.newBuilder().setEpoch("e").setRevision(1).build();

  /** Listens on a port of loopback; 0: any free one. */
  public FakeRegistry(int port, Clock clock, Scheduler scheduler) {
    this.clock = clock;
    this.discovery =
        new EmbeddedDiscoveryService(
            clock,
            scheduler,
            EmbeddedDiscoveryConfig.defaults(),
            OpenTelemetry.noop().getMeter("fake"));
    this.server =
        GrpcServer.start(
            "fake registry",
            GrpcListenConfig.onLoopback(port),
            GrpcServer.Services.of(List.of(), new Snapshots(), new Rollouts(), discovery));
  }

  public int port() {
    return server.port();
  }

  /** Verdicts taken so far. */
  public synchronized List<Verdict> verdicts() {
    return List.copyOf(verdicts);
  }

  /** Monitors that sent a verdict on a rollout so far. */
  public synchronized Set<String> monitorsOf(String rollout) {
    return Set.copyOf(monitors.getOrDefault(rollout, Set.of()));
  }

  public synchronized Snapshot snapshot() {
    return snapshot;
  }

  /** Changes the snapshot and hands the new one out. */
  public synchronized void change(UnaryOperator<Snapshot> change) {
    snapshot = change.apply(snapshot).toBuilder().setRevision(snapshot.getRevision() + 1).build();
    var response =
        WatchResponse.newBuilder()
            .setSnapshot(snapshot)
            .setRevision(snapshot.getRevision())
            .build();
    watchers.forEach(watcher -> send(watcher, response));
  }

  /** Tells all watchers that the registry is there. */
  public synchronized void signOfLife() {
    var response = WatchResponse.newBuilder().setRevision(snapshot.getRevision()).build();
    watchers.forEach(watcher -> send(watcher, response));
  }

  private void send(StreamObserver<WatchResponse> watcher, WatchResponse response) {
    try {
      watcher.onNext(response);
    } catch (RuntimeException gone) {
      watchers.remove(watcher);
    }
  }

  private final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
      synchronized (FakeRegistry.this) {
        watchers.add(responses);
        responses.onNext(
            WatchResponse.newBuilder()
                .setSnapshot(snapshot)
                .setRevision(snapshot.getRevision())
                .build());
      }
    }
  }

  private final class Rollouts extends RolloutServiceGrpc.RolloutServiceImplBase {
    @Override
    public void reportVerdicts(
        ReportVerdictsRequest request, StreamObserver<ReportVerdictsResponse> responses) {
      var finished = new ArrayList<String>();
      synchronized (FakeRegistry.this) {
        for (Verdict verdict : request.getVerdictsList()) {
          verdicts.add(verdict);
          monitors
              .computeIfAbsent(verdict.getRolloutId(), rollout -> new HashSet<>())
              .add(request.getMonitor());
          if (verdict.getState() == VerdictState.VIOLATED) {
            rollBack(verdict);
            finished.add(verdict.getRolloutId());
          }
        }
      }
      responses.onNext(
          ReportVerdictsResponse.newBuilder().addAllFinishedRollouts(finished).build());
      responses.onCompleted();
    }
  }

  private void rollBack(Verdict verdict) {
    var now = Timestamp.newBuilder().setSeconds(clock.now().getEpochSecond()).build();
    change(old -> {
      Snapshot.Builder changed = old.toBuilder();
      for (Rollout.Builder rollout : changed.getRolloutsBuilderList()) {
        if (rollout.getId().equals(verdict.getRolloutId()) && !rollout.hasEndedAt()) {
          rollout
              .setState(RolloutState.ROLLED_BACK)
              .setVerdict(verdict)
              .setReason(verdict.getExplanation())
              .setEnteredAt(now)
              .setEndedAt(now);
        }
      }
      return changed.build();
    });
  }

  @Override
  public void close() {
    server.close();
    discovery.close();
  }
}
