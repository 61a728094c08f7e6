package dev.weir.router;

import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.TensorSpec;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.ExperimentArm;
import dev.weir.proto.route.v1.Layer;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.proto.route.v1.Variant;

/** Small builders of snapshots. */
public final class Snapshots {
  private Snapshots() {}

  /** A snapshot of revision {@code revision} with these routes and the versions they name. */
  public static Snapshot of(long revision, Route... routes) {
    Snapshot.Builder snapshot = Snapshot.newBuilder().setRevision(revision).setEpoch("test");
    for (Route route : routes) {
      snapshot.addRoutes(route);
      for (Variant variant : route.getVariantsList()) {
        ModelVersion version = version(variant.getModel(), variant.getVersion());
        if (!snapshot.getVersionsList().contains(version)) {
          snapshot.addVersions(version);
        }
      }
    }
    return snapshot.build();
  }

  public static ModelVersion version(String model, String version) {
    return ModelVersion.newBuilder()
        .setModel(model)
        .setVersion(version)
        .setArtifact(Artifact.newBuilder().setFormat("onnx"))
        .setSignature(
            Signature.newBuilder()
                .addInputs(
                    TensorSpec.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(-1)
                        .addShape(4))
                .addOutputs(
                    TensorSpec.newBuilder().setName("label").setDatatype("INT64").addShape(-1)))
        .build();
  }

  /** A route with one variant. */
  public static Route single(String name, String version) {
    return Route.newBuilder()
        .setName(name)
        .setGeneration(1)
        .addVariants(variant("baseline", name, version, 10_000, Arm.ARM_BASELINE))
        .build();
  }

  /** A route with two variants, versions 1 and 2 of "fraud", of which the first gets everything. */
  static Route.Builder pair(String name, String first, String second) {
    return Route.newBuilder()
        .setName(name)
        .setGeneration(1)
        .addVariants(variant(first, "fraud", "1", 10_000, Arm.ARM_UNSPECIFIED))
        .addVariants(variant(second, "fraud", "2", 0, Arm.ARM_UNSPECIFIED));
  }

  /** A route in a rollout: version 1 against version 2. */
  public static Route.Builder canary(String name, int canaryBasisPoints) {
    return Route.newBuilder()
        .setName(name)
        .setGeneration(7)
        .setRolloutId("rollout-1")
        .setRolloutStep(2)
        .addVariants(variant("baseline", name, "1", 10_000 - canaryBasisPoints, Arm.ARM_BASELINE))
        .addVariants(variant("canary", name, "2", canaryBasisPoints, Arm.ARM_CANARY));
  }

  public static Variant variant(String name, String model, String version, int weight, Arm arm) {
    return Variant.newBuilder()
        .setName(name)
        .setModel(model)
        .setVersion(version)
        .setWeightBasisPoints(weight)
        .setArm(arm)
        .build();
  }

  public static BucketRange buckets(int first, int end, String variant) {
    return BucketRange.newBuilder().setFirst(first).setEnd(end).setVariant(variant).build();
  }

  /** A layer, keyed by the header "user", whose only experiment splits everybody in two halves. */
  public static Layer halves(
      String layer, String salt, String experiment, ExperimentArm one, ExperimentArm other) {
    return Layer.newBuilder()
        .setName(layer)
        .setKey(StickyKey.newBuilder().setHeader("user").setSalt(salt))
        .addSlots(buckets(0, 10_000, experiment))
        .addExperiments(
            Experiment.newBuilder()
                .setName(experiment)
                .setShareBasisPoints(10_000)
                .addArms(one)
                .addArms(other)
                .addBuckets(buckets(0, 5_000, one.getName()))
                .addBuckets(buckets(5_000, 10_000, other.getName())))
        .build();
  }

  public static ExperimentArm half(String name, String variant) {
    return ExperimentArm.newBuilder()
        .setName(name)
        .setVariant(variant)
        .setWeightBasisPoints(5_000)
        .build();
  }
}
