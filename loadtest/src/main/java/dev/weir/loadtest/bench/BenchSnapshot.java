package dev.weir.loadtest.bench;

import com.google.protobuf.Timestamp;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.TensorSpec;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import java.time.Instant;
import java.util.List;

/**
 * The desired state of the comparison: one route in the middle of a rollout, 95 to 5, sticky by a
 * header; and any number of further routes that nobody calls.
 */
final class BenchSnapshot {
  /** Requests that carry it are sticky, the others are drawn one by one. */
  static final String SESSION_HEADER = "x-session";

  /** Version that serves most. */
  private static final String BASELINE = "1";

  /** Version on trial. */
  private static final String CANARY = "2";

  private static final String ROLLOUT = "bench-rollout";
  private static final int CANARY_BASIS_POINTS = 500;
  private static final int WHOLE = 10_000;

  /** Requests in a worker at most, as it tells the router: never reached here. */
  private static final int CAPACITY = 4_096;

  private BenchSnapshot() {}

  /**
   * @param routes routes in all, at least 1: half of the further ones sort before the one that is
   *     called, half behind
   */
  static Snapshot at(Instant now, int routes) {
    Timestamp time = Timestamp.newBuilder().setSeconds(now.getEpochSecond()).build();
    var snapshot =
        Snapshot.newBuilder()
            .setRevision(1)
            .setEpoch("bench")
            .setAt(time)
            .addVersions(version(BASELINE, time))
            .addVersions(version(CANARY, time))
            .addRollouts(rollout(time))
            .addPlacements(placement(BASELINE))
            .addPlacements(placement(CANARY))
            .addAliases(
                Alias.newBuilder()
                    .setModel(BodySize.MODEL)
                    .setAlias("champion")
                    .setVersion(BASELINE));
    for (int i = 1; i < routes; i++) {
      snapshot.addRoutes(route((i % 2 == 0 ? "a-model-" : "z-model-") + i));
    }
    return snapshot.addRoutes(route(BodySize.MODEL).setRolloutId(ROLLOUT)).build();
  }

  private static Route.Builder route(String name) {
    int split = WHOLE - CANARY_BASIS_POINTS;
    return Route.newBuilder()
        .setName(name)
        .setGeneration(1)
        .addVariants(variant("baseline", BASELINE, split, Arm.ARM_BASELINE))
        .addVariants(variant("canary", CANARY, CANARY_BASIS_POINTS, Arm.ARM_CANARY))
        .addBuckets(BucketRange.newBuilder().setFirst(0).setEnd(split).setVariant("baseline"))
        .addBuckets(BucketRange.newBuilder().setFirst(split).setEnd(WHOLE).setVariant("canary"))
        .setSticky(StickyKey.newBuilder().setHeader(SESSION_HEADER).setSalt(name));
  }

  /** What a worker says that has all versions. */
  static WorkerStatus worker(String instance, int port) {
    var status =
        WorkerStatus.newBuilder()
            .setInstance(instance)
            .setState(WorkerState.READY)
            .setCapacity(CAPACITY)
            .setSnapshotRevision(1)
            .setAddress(new HostAndPort("127.0.0.1", port).toString())
            .setEngine("bench");
    for (String version : List.of(BASELINE, CANARY)) {
      status.addVersions(
          VersionStatus.newBuilder()
              .setModel(BodySize.MODEL)
              .setVersion(version)
              .setState(VersionState.AVAILABLE));
    }
    return status.build();
  }

  private static Variant variant(String name, String version, int weight, Arm arm) {
    return Variant.newBuilder()
        .setName(name)
        .setModel(BodySize.MODEL)
        .setVersion(version)
        .setWeightBasisPoints(weight)
        .setArm(arm)
        .build();
  }

  private static ModelVersion version(String version, Timestamp time) {
    return ModelVersion.newBuilder()
        .setModel(BodySize.MODEL)
        .setVersion(version)
        .setArtifact(
            Artifact.newBuilder()
                .setSha256(version.repeat(64))
                .setSizeBytes(1)
                .setFormat("onnx")
                .setFileName("bench.onnx"))
        .setSignature(
            Signature.newBuilder()
                .addInputs(tensor("input__0", "UINT8"))
                .addOutputs(tensor("output__0", "UINT8")))
        .setCreatedAt(time)
        .setCreatedBy("bench")
        .build();
  }

  private static TensorSpec tensor(String name, String datatype) {
    return TensorSpec.newBuilder()
        .setName(name)
        .setDatatype(datatype)
        .addShape(-1)
        .addShape(-1)
        .build();
  }

  private static Rollout rollout(Timestamp time) {
    return Rollout.newBuilder()
        .setId(ROLLOUT)
        .setSpec(
            RolloutSpec.newBuilder()
                .setRoute(BodySize.MODEL)
                .setCanaryVersion(CANARY)
                .addSteps(RolloutStep.newBuilder().setCanaryBasisPoints(CANARY_BASIS_POINTS))
                .addSteps(RolloutStep.newBuilder().setCanaryBasisPoints(WHOLE))
                .addGuardrails(
                    Guardrail.newBuilder()
                        .setName("latency")
                        .setLatency(Latency.getDefaultInstance())))
        .setBaselineVersion(BASELINE)
        .setState(RolloutState.PROGRESSING)
        .setEnteredAt(time)
        .setCreatedAt(time)
        .setCreatedBy("bench")
        .setRevision(1)
        .build();
  }

  private static Placement placement(String version) {
    return Placement.newBuilder()
        .setModel(BodySize.MODEL)
        .setVersion(version)
        .setReason("variant of route " + BodySize.MODEL)
        .build();
  }
}
