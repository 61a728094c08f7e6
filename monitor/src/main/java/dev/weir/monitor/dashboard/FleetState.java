package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.ServicesHeard;
import dev.weir.platform.discovery.Instance;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The mesh's processes, as the page shows them.
 *
 * @param services instances that discovery names or that sent telemetry lately
 * @param workers workers with what they say of themselves
 */
record FleetState(List<Service> services, List<Worker> workers) {
  /** Telemetry older than this says nothing about now. */
  private static final Duration HEARD_LATELY = Duration.ofSeconds(30);

  /** A worker that says nothing for this long is taken for lost: it should every second. */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  /**
   * One process.
   *
   * @param service "router", "model-worker" ...
   * @param instance its name
   * @param address where it takes calls; empty when only its telemetry is known
   * @param discovered discovery names it
   * @param telemetryAgeSeconds since its last traces or metrics; null: none lately
   */
  record Service(
      String service,
      String instance,
      String address,
      boolean discovered,
      @Nullable Long telemetryAgeSeconds) {}

  /**
   * One worker.
   *
   * @param state "ready", "draining" ...; "lost" when it says nothing
   */
  record Worker(
      String instance,
      String address,
      String state,
      String engine,
      int inFlight,
      int capacity,
      long snapshotRevision,
      List<Version> versions) {}

  /** One version on a worker; state in lower case. */
  record Version(String model, String version, String state, String reason) {}

  static FleetState of(
      Map<String, List<Instance>> discovered,
      Map<String, Fleet.@Nullable Said> workers,
      List<ServicesHeard.Heard> heard,
      Instant now,
      long nowNanos) {
    var services = new TreeMap<String, Service>();
    discovered.forEach((service, instances) -> {
      for (Instance instance : instances) {
        services.put(
            service + "/" + instance.id(),
            new Service(service, instance.id(), instance.address().toString(), true, null));
      }
    });
    for (ServicesHeard.Heard one : heard) {
      Duration age = Duration.between(one.at(), now);
      if (age.compareTo(HEARD_LATELY) > 0) {
        continue;
      }
      String service = one.service().replaceFirst("^weir-", "");
      services.merge(
          service + "/" + one.instance(),
          new Service(service, one.instance(), "", false, age.toSeconds()),
          (known, telemetry) ->
              new Service(
                  known.service(),
                  known.instance(),
                  known.address(),
                  known.discovered(),
                  telemetry.telemetryAgeSeconds()));
    }
    return new FleetState(List.copyOf(services.values()), workers(discovered, workers, nowNanos));
  }

  private static List<Worker> workers(
      Map<String, List<Instance>> discovered,
      Map<String, Fleet.@Nullable Said> workers,
      long nowNanos) {
    var shown = new ArrayList<Worker>();
    for (Instance instance : discovered.getOrDefault("model-worker", List.of())) {
      Fleet.Said said = workers.get(instance.id());
      if (said == null || nowNanos - said.heardNanos() > SILENCE.toNanos()) {
        shown.add(
            new Worker(
                instance.id(), instance.address().toString(), "lost", "", 0, 0, 0, List.of()));
        continue;
      }
      WorkerStatus status = said.status();
      shown.add(
          new Worker(
              instance.id(),
              instance.address().toString(),
              word(status.getState().name()),
              status.getEngine(),
              status.getInFlight(),
              status.getCapacity(),
              status.getSnapshotRevision(),
              status.getVersionsList().stream()
                  .map(FleetState::version)
                  .sorted(Comparator.comparing(Version::model).thenComparing(Version::version))
                  .toList()));
    }
    return shown;
  }

  private static Version version(VersionStatus status) {
    return new Version(
        status.getModel(), status.getVersion(), word(status.getState().name()), status.getReason());
  }

  /** "LOAD_FAILED" as "load failed". */
  static String word(String enumName) {
    return enumName.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
