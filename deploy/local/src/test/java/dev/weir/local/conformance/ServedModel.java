package dev.weir.local.conformance;

import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.TensorSpec;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import java.util.List;

/**
 * A model with one version, "1", one input and one output of any size.
 *
 * @param input datatype of the tensor IN
 * @param output datatype of the tensor OUT
 */
record ServedModel(String name, String input, String output) {
  private static final String VERSION = "1";

  /** As workers name it: "echo/1". */
  String version() {
    return name + "/" + VERSION;
  }

  /** All that a router has to know: a route for each model. */
  static Snapshot snapshot(List<ServedModel> models) {
    Snapshot.Builder snapshot = Snapshot.newBuilder().setRevision(1).setEpoch("conformance");
    for (ServedModel model : models) {
      snapshot.addVersions(model.modelVersion()).addRoutes(model.route());
    }
    return snapshot.build();
  }

  private ModelVersion modelVersion() {
    return ModelVersion.newBuilder()
        .setModel(name)
        .setVersion(VERSION)
        .setArtifact(Artifact.newBuilder().setFormat("python"))
        .setSignature(
            Signature.newBuilder().addInputs(tensor("IN", input)).addOutputs(tensor("OUT", output)))
        .build();
  }

  private static TensorSpec tensor(String name, String datatype) {
    return TensorSpec.newBuilder().setName(name).setDatatype(datatype).addShape(-1).build();
  }

  private Route route() {
    return Route.newBuilder()
        .setName(name)
        .setGeneration(1)
        .addVariants(
            Variant.newBuilder()
                .setName("baseline")
                .setModel(name)
                .setVersion(VERSION)
                .setWeightBasisPoints(10_000)
                .setArm(Arm.ARM_BASELINE))
        .build();
  }
}
