package dev.weir.registry;

import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.registry.api.ModelApi;
import dev.weir.registry.api.Operations;
import dev.weir.registry.api.RestApi;
import dev.weir.registry.api.RolloutApi;
import dev.weir.registry.api.SnapshotApi;
import dev.weir.registry.api.UploadLimits;
import dev.weir.registry.control.PlacementMemory;
import dev.weir.registry.control.Registry;
import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.control.RolloutDriver;
import dev.weir.registry.control.RolloutIds;
import dev.weir.registry.control.RolloutSoftState;
import dev.weir.registry.control.SnapshotContent;
import dev.weir.registry.control.SnapshotFeed;
import dev.weir.registry.control.WorkerReports;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.store.ArtifactStore;
import dev.weir.registry.store.AuditVerification;
import dev.weir.registry.store.RegistryStore;
import io.grpc.BindableService;
import io.opentelemetry.api.trace.Tracer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything of the registry but its sockets and timers, put together in order of dependency.
 *
 * @param feed newest snapshot and watchers
 * @param driver wakes rollouts; its tick is to be called regularly
 * @param grpc services for the gRPC server
 * @param rest routes for the HTTP server
 * @param epoch which database this is
 */
record RegistryParts(
    SnapshotFeed feed,
    RolloutDriver driver,
    List<BindableService> grpc,
    RestApi rest,
    String epoch) {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryParts.class);

  /**
   * What the registry is given from outside.
   *
   * @param random for ids and for a new database's name
   */
  record Surroundings(
      Clock clock,
      Scheduler scheduler,
      RandomGenerator random,
      RegistryMetrics metrics,
      Tracer tracer,
      Readiness readiness) {}

  /**
   * Opens the database and the artifacts under {@code data}, checks them, and builds the rest.
   *
   * @throws StartFailure when they cannot be used
   */
  static RegistryParts open(
      RegistryConfig config, Path data, Surroundings around, Resources resources) {
    Clock clock = around.clock();
    RegistryMetrics metrics = around.metrics();
    Path database = data.resolve("registry.db");
    RegistryStore store = resources.add("database", RegistryStore.open(database, around.random()));
    RegistryStore.Loaded loaded = store.load(config.rollouts().kept());
    requireWhole(database, store, loaded);
    ArtifactStore artifacts =
        ArtifactStore.open(data.resolve("artifacts"), config.limits().maxArtifactBytes());
    checkArtifacts(artifacts, loaded.state(), around.readiness());

    var feed = new SnapshotFeed(config.limits().maxWatchers(), metrics);
    var soft = new RolloutSoftState(clock, config.rollouts().verdictFreshness());
    var placements = new PlacementMemory(clock, config.rollouts().placementGrace());
    var content = new SnapshotContent(placements, soft::viewForSnapshot);
    var registry =
        new Registry(
            store,
            loaded,
            content,
            feed,
            clock,
            around.readiness(),
            metrics,
            around.tracer(),
            config.rollouts().kept());
    var workers =
        new WorkerReports(clock, config.rollouts().workerExpiry(), config.limits().maxWorkers());
    var driver =
        new RolloutDriver(
            registry,
            soft,
            workers,
            new RolloutIds(around.random()),
            clock,
            config.rollouts().softInterval(),
            metrics);
    registry.start();

    var operations =
        new Operations(registry, driver, soft, store, workers, config.limits().maxRoutes());
    var uploads =
        new UploadLimits(
            config.limits().maxConcurrentUploads(),
            config.limits().uploadIdleTimeout(),
            config.limits().maxVersions());
    return new RegistryParts(
        feed,
        driver,
        List.of(
            new ModelApi(registry, artifacts, uploads, clock, around.scheduler(), metrics),
            new RolloutApi(operations, metrics),
            new SnapshotApi(feed, driver, metrics)),
        new RestApi(operations, feed, workers, metrics),
        loaded.head().epoch());
  }

  private static void requireWhole(
      Path database, RegistryStore store, RegistryStore.Loaded loaded) {
    Optional<String> objection = AuditVerification.objection(store, loaded);
    if (objection.isPresent()) {
      throw new StartFailure(
          65,
          "audit log of "
              + database.toAbsolutePath()
              + " does not add up: "
              + objection.get()
              + "; restore the database from a backup, or start with another data folder");
    }
  }

  private static void checkArtifacts(
      ArtifactStore artifacts, RegistryState state, Readiness readiness) {
    var wanted =
        state.versions().values().stream()
            .map(version -> version.getArtifact().getSha256())
            .collect(Collectors.toSet());
    for (String removed : artifacts.removeAllBut(wanted)) {
      LOG.atInfo().addKeyValue("sha256", removed).log("artifact without a version removed");
    }
    var missing = new TreeSet<String>();
    state
        .versions()
        .forEach((id, version) -> {
          Artifact artifact = version.getArtifact();
          Optional<Long> size = artifacts.sizeBytes(artifact.getSha256());
          if (size.isEmpty() || size.get() != artifact.getSizeBytes()) {
            missing.add(id.toString());
          }
        });
    if (!missing.isEmpty()) {
      LOG.atError().addKeyValue("versions", missing).log("artifacts are missing");
      readiness.degraded(
          "artifacts", "bytes are missing of " + String.join(", ", missing) + "; push them again");
    }
  }
}
