package dev.weir.registry.rollout;

import dev.weir.proto.worker.v1.VersionState;
import dev.weir.registry.model.VersionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The workers that were heard lately, as far as rollouts care.
 *
 * @param workers in order of instance
 */
public record FleetView(List<Worker> workers) {
  /** Nobody. */
  public static final FleetView EMPTY = new FleetView(List.of());

  public FleetView {
    workers = List.copyOf(workers);
  }

  /**
   * One worker.
   *
   * @param instance unique name
   * @param ready whether it takes work
   * @param snapshotRevision revision of the snapshot that it follows
   * @param versions state of each version it knows
   */
  public record Worker(
      String instance,
      boolean ready,
      long snapshotRevision,
      Map<VersionId, VersionReport> versions) {
    public Worker {
      versions = Map.copyOf(versions);
    }

    private boolean available(VersionId version) {
      VersionReport report = versions.get(version);
      return report != null && report.state() == VersionState.AVAILABLE;
    }
  }

  /** One version on one worker. */
  public record VersionReport(VersionState state, String reason) {}

  /** Workers that take work. */
  public List<Worker> ready() {
    return workers.stream().filter(Worker::ready).toList();
  }

  /** True when at least one worker takes work and all of those hold the version loaded and warm. */
  public boolean allReadyHave(VersionId version) {
    List<Worker> ready = ready();
    return !ready.isEmpty() && ready.stream().allMatch(worker -> worker.available(version));
  }

  /** True when some worker that takes work holds the version loaded and warm. */
  public boolean anyReadyHas(VersionId version) {
    return ready().stream().anyMatch(worker -> worker.available(version));
  }

  /** A worker, ready or not, that could not load the version: name and reason. */
  public Optional<String> loadFailure(VersionId version) {
    return workers.stream()
        .filter(worker -> {
          VersionReport report = worker.versions().get(version);
          return report != null && report.state() == VersionState.LOAD_FAILED;
        })
        .findFirst()
        .map(worker -> worker.instance() + ": " + reason(worker, version));
  }

  private static String reason(Worker worker, VersionId version) {
    VersionReport report = worker.versions().get(version);
    return report == null || report.reason().isEmpty() ? "no reason given" : report.reason();
  }

  /** Which workers the version still waits for, for people; empty when there is no need to wait. */
  public String missing(VersionId version) {
    List<Worker> ready = ready();
    if (ready.isEmpty()) {
      return "no worker is ready";
    }
    var missing = new ArrayList<String>();
    for (Worker worker : ready) {
      if (!worker.available(version)) {
        VersionReport report = worker.versions().get(version);
        missing.add(
            worker.instance()
                + " ("
                + (report == null ? "not begun" : report.state().name().toLowerCase(Locale.ROOT))
                + ")");
      }
    }
    return missing.isEmpty()
        ? ""
        : missing.size()
            + " of "
            + ready.size()
            + " ready workers do not have "
            + version
            + " available: "
            + String.join(", ", missing);
  }

  /**
   * The same workers without what those who do not follow this revision yet say of failures: they
   * speak of an earlier attempt.
   */
  public FleetView withoutFailuresBefore(long revision, VersionId version) {
    return new FleetView(
        workers.stream()
            .map(worker -> {
              VersionReport report = worker.versions().get(version);
              if (worker.snapshotRevision() >= revision
                  || report == null
                  || report.state() != VersionState.LOAD_FAILED) {
                return worker;
              }
              var others = new HashMap<>(worker.versions());
              others.remove(version);
              return new Worker(
                  worker.instance(), worker.ready(), worker.snapshotRevision(), others);
            })
            .toList());
  }
}
