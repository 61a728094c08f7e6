package dev.weir.registry.control;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.FleetView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What workers said of themselves lately. Soft: a report counts for a while and is then forgotten,
 * a restart begins with none. Thread-safe.
 */
public final class WorkerReports {
  private static final int MAX_VERSIONS = 4_096;
  private static final int MAX_TEXT = 2_048;

  private final ConcurrentSkipListMap<String, Report> reports = new ConcurrentSkipListMap<>();
  private final Clock clock;
  private final Duration expiry;
  private final int maxWorkers;

  /** A worker's status and how old it is. */
  public record Heard(WorkerStatus status, Duration age) {}

  private record Report(WorkerStatus status, long receivedNanos) {}

  /**
   * @param expiry age at which a report no longer counts
   * @param maxWorkers workers at once; more are refused
   */
  public WorkerReports(Clock clock, Duration expiry, int maxWorkers) {
    this.clock = clock;
    this.expiry = expiry;
    this.maxWorkers = maxWorkers;
  }

  /**
   * Takes a report.
   *
   * @return why it is not taken; empty when it is
   */
  public Optional<Refusal> report(WorkerStatus status) {
    try {
      check(status);
    } catch (InvalidValueException e) {
      return Optional.of(Refusal.invalid(e));
    }
    forgetOld();
    if (!reports.containsKey(status.getInstance()) && reports.size() >= maxWorkers) {
      return Optional.of(
          Refusal.exhausted(
              "worker "
                  + status.getInstance()
                  + ": "
                  + maxWorkers
                  + " workers report, the registry's limits.max-workers; raise it"));
    }
    reports.put(status.getInstance(), new Report(status, clock.nanoTime()));
    return Optional.empty();
  }

  private static void check(WorkerStatus status) {
    Check.notBlank("status.instance", status.getInstance());
    Names.text("status.instance", status.getInstance(), 128);
    Check.inRange("status.versions count", status.getVersionsCount(), 0, MAX_VERSIONS);
    for (int i = 0; i < status.getVersionsCount(); i++) {
      VersionStatus version = status.getVersions(i);
      String at = "status.versions[" + i + "]";
      VersionId.parse(at + ".model", version.getModel(), at + ".version", version.getVersion());
      Names.text(at + ".reason", version.getReason(), MAX_TEXT);
    }
    Names.text("status.address", status.getAddress(), 300);
    Names.text("status.engine", status.getEngine(), 64);
  }

  private void forgetOld() {
    long now = clock.nanoTime();
    reports.values().removeIf(report -> now - report.receivedNanos() > expiry.toNanos());
  }

  /** Every report that still counts, in order of instance. */
  public List<Heard> heard() {
    forgetOld();
    long now = clock.nanoTime();
    return reports.values().stream()
        .map(report -> new Heard(report.status(), Duration.ofNanos(now - report.receivedNanos())))
        .toList();
  }

  /** The workers as rollouts see them. */
  public FleetView fleet() {
    var workers = new ArrayList<FleetView.Worker>();
    for (Heard heard : heard()) {
      WorkerStatus status = heard.status();
      Map<VersionId, FleetView.VersionReport> versions = new HashMap<>();
      for (VersionStatus version : status.getVersionsList()) {
        versions.put(
            VersionId.parse("model", version.getModel(), "version", version.getVersion()),
            new FleetView.VersionReport(version.getState(), version.getReason()));
      }
      workers.add(
          new FleetView.Worker(
              status.getInstance(),
              status.getState() == WorkerState.READY,
              status.getSnapshotRevision(),
              versions));
    }
    return new FleetView(workers);
  }
}
