package dev.weir.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.TensorSpec;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class VersionChecksTest {
  private static TensorSpec.Builder tensor(String name, String datatype) {
    return TensorSpec.newBuilder().setName(name).setDatatype(datatype).addShape(-1);
  }

  private static ModelVersion.Builder good() {
    return ModelVersion.newBuilder()
        .setModel("fraud")
        .setVersion("12")
        .setArtifact(Artifact.newBuilder().setFormat("onnx"))
        .setSignature(
            Signature.newBuilder()
                .addInputs(tensor("x", "FP32"))
                .addOutputs(tensor("label", "INT64"))
                .addOutputs(tensor("p", "FP32"))
                .setClassOutput("label")
                .setProbabilityOutput("p"));
  }

  private static Consumer<ModelVersion.Builder> feature(Consumer<FeatureReference.Builder> change) {
    return version -> {
      FeatureReference.Builder feature = FeatureReference.newBuilder().setName("age").setIndex(0);
      change.accept(feature);
      version.setReference(Reference.newBuilder().addFeatures(feature));
    };
  }

  @Test
  void a_good_header_passes_and_is_named() {
    assertThat(VersionChecks.check(good().build())).isEqualTo(new VersionId("fraud", 12));
  }

  @Test
  void a_policy_at_the_edge_of_each_rule_passes() {
    ModelVersion.Builder version = good();
    feature(f -> f.putCategories("young", 0.5).putCategories("old", 0.5)).accept(version);
    version.getSignatureBuilder().setValueOutput("p");
    version
        .getMonitoringBuilder()
        .addGroupFeatures("age")
        .setFavourableClass("1")
        .setPrivacyEpsilon(0)
        .getKeepSamplesForBuilder()
        .setSeconds(366 * 86_400);
    assertThat(VersionChecks.check(version.build())).isEqualTo(new VersionId("fraud", 12));
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(v -> v.setModel("a/b"), "header.model: a/b (expected: 1 to 128 characters"),
        bad(v -> v.setModel("a".repeat(129)), "header.model: aaa"),
        bad(v -> v.setVersion("0"), "header.version: 0 (expected: a positive decimal"),
        bad(v -> v.setVersion("1".repeat(19)), "header.version: 1111"),
        bad(
            v -> v.getArtifactBuilder().setSha256("AB"),
            "header.artifact.sha256: AB (expected: 64 lower-case hexadecimal digits)"),
        bad(
            v -> v.getArtifactBuilder().setFileName("../x"),
            "header.artifact.file_name: ../x (expected: a file name, not a path)"),
        bad(
            v -> v.getSignatureBuilder().clearInputs(),
            "header.signature.inputs count: 0 (expected: 1 to 256)"),
        bad(
            v -> v.getSignatureBuilder().addInputs(tensor("x", "FP32")),
            "header.signature.inputs[1].name: x (expected: a name used once)"),
        bad(
            v -> v.getSignatureBuilder().getInputsBuilder(0).setDatatype("FLOAT"),
            "header.signature.inputs[0].datatype: \"FLOAT\" (expected: one of BF16 BOOL BYTES"),
        bad(
            v -> v.getSignatureBuilder().getInputsBuilder(0).setShape(0, 0),
            "header.signature.inputs[0].shape: [0] (expected: dimensions of -1 or at least 1)"),
        bad(
            v -> v.getSignatureBuilder().setClassOutput("y"),
            "header.signature.class_output: y (expected: the name of an output, or empty)"),
        bad(
            v -> v.getSignatureBuilder().setClassOutput("p"),
            "header.signature.class_output: p of FP32 (expected: an output with an integer"),
        bad(
            v -> v.getSignatureBuilder().setProbabilityOutput("label"),
            "header.signature.probability_output: label of INT64 (expected: an output of FP32"),
        bad(
            v -> v.getSignatureBuilder().setValueOutput("y"),
            "header.signature.value_output: y (expected: the name of an output, or empty)"),
        bad(
            v -> v.getSignatureBuilder().addOutputs(tensor("b", "BOOL")).setValueOutput("b"),
            "header.signature.value_output: b of BOOL (expected: an output with a numeric"),
        bad(
            v -> {
              v.getSignatureBuilder().getOutputsBuilder(1).addShape(2);
              v.getSignatureBuilder().setValueOutput("p");
            },
            "header.signature.value_output: p of shape [-1, 2] (expected: one element per row)"),
        bad(
            v -> v.getMonitoringBuilder().addGroupFeatures("age"),
            "header.monitoring.group_features: \"age\" (expected: features of the reference that"),
        bad(
            feature(f -> f.addQuantiles(1).addQuantiles(2))
                .andThen(v -> v.getMonitoringBuilder().addGroupFeatures("age")),
            "header.monitoring.group_features: \"age\" (expected: features of the reference that"),
        bad(
            feature(f -> f.putCategories("a", 1))
                .andThen(
                    v -> v.getMonitoringBuilder().addGroupFeatures("age").addGroupFeatures("age")),
            "header.monitoring.group_features: age (expected: a name used once)"),
        bad(
            v -> {
              v.getSignatureBuilder().clearClassOutput();
              v.getMonitoringBuilder().setFavourableClass("yes");
            },
            "header.monitoring.favourable_class: yes (expected: empty, or a signature that"),
        bad(
            v -> v.getMonitoringBuilder().setPrivacyEpsilon(-0.1),
            "header.monitoring.privacy_epsilon: -0.1 (expected: a finite number of at least 0)"),
        bad(
            v -> v.getMonitoringBuilder().setPrivacyEpsilon(Double.POSITIVE_INFINITY),
            "header.monitoring.privacy_epsilon: Infinity (expected: a finite number"),
        bad(
            v -> v.getMonitoringBuilder().getKeepSamplesForBuilder().setSeconds(366 * 86_400 + 1),
            "header.monitoring.keep_samples_for: 31622401s (expected: 0s to 31622400s (366"),
        bad(
            v -> v.getMonitoringBuilder().getKeepSamplesForBuilder().setSeconds(-1),
            "header.monitoring.keep_samples_for: -1s (expected"),
        bad(
            v -> v.putMetrics("accuracy", Double.NaN),
            "header.metrics.accuracy: NaN (expected: a finite number)"),
        bad(
            v -> v.setDescription("x".repeat((64 << 10) + 1)),
            "header.description bytes: 65537 (expected: 0 to 65536)"),
        bad(
            feature(f -> f.putCategories("a", 0.5)),
            "header.reference.features.age.categories: sum 0.5"),
        bad(
            feature(f -> f.setMissing(1.1)),
            "header.reference.features.age.missing: 1.1 (expected: 0.0 to 1.0)"),
        bad(
            feature(f -> f.addQuantiles(2).addQuantiles(1)),
            "header.reference.features.age.quantiles: 1.0 (expected: finite numbers, ascending)"),
        bad(
            v -> v.getLineageBuilder().setTrainingDataSha256("x"),
            "header.lineage.training_data_sha256: x"));
  }

  private static Arguments bad(Consumer<ModelVersion.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_bad_header_is_refused_by_the_field_that_is_wrong(
      Consumer<ModelVersion.Builder> change, String message) {
    ModelVersion.Builder version = good();
    change.accept(version);
    assertThatThrownBy(() -> VersionChecks.check(version.build()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void signatures_differ_by_names_datatypes_and_shapes_but_not_by_order() {
    Signature signature = good().getSignature();
    Signature reordered =
        signature.toBuilder()
            .clearOutputs()
            .addOutputs(signature.getOutputs(1))
            .addOutputs(signature.getOutputs(0))
            .build();
    assertThat(SignatureChecks.difference(signature, reordered)).isEmpty();
    Signature other = signature.toBuilder().setInputs(0, tensor("x", "FP64")).build();
    assertThat(SignatureChecks.difference(signature, other))
        .contains("inputs differ: x FP32[-1] against x FP64[-1]");
  }
}
