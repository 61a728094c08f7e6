package dev.weir.registry.model;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.Lineage;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;

/** What a pushed version's header must look like. */
public final class VersionChecks {
  /** Largest header, bytes: bounds everything in it, and with it the snapshots that carry it. */
  private static final int MAX_HEADER_BYTES = 1 << 20;

  private static final int MAX_DESCRIPTION_BYTES = 64 << 10;
  private static final int MAX_ENTRIES = 1_024;
  private static final int MAX_FEATURES = 4_096;
  private static final int MAX_TEXT = 1_024;

  private VersionChecks() {}

  /**
   * Checks every field that a client sets.
   *
   * @return the version's name
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  public static VersionId check(ModelVersion version) {
    Check.inRange("header size in bytes", version.getSerializedSize(), 1, MAX_HEADER_BYTES);
    VersionId id =
        VersionId.parse("header.model", version.getModel(), "header.version", version.getVersion());
    artifact(version.getArtifact());
    SignatureChecks.check("header.signature", version.getSignature());
    Check.inRange("header.metrics count", version.getMetricsCount(), 0, MAX_ENTRIES);
    version
        .getMetricsMap()
        .forEach((name, value) -> {
          Names.text("header.metrics name", name, 128);
          if (!Double.isFinite(value)) {
            throw new InvalidValueException("header.metrics." + name, value, "a finite number");
          }
        });
    lineage(version.getLineage());
    reference(version.getReference());
    MonitoringChecks.check(version);
    Check.inRange(
        "header.description bytes",
        version.getDescription().getBytes(StandardCharsets.UTF_8).length,
        0,
        MAX_DESCRIPTION_BYTES);
    return id;
  }

  private static void artifact(Artifact artifact) {
    if (!artifact.getSha256().isEmpty()) {
      Names.sha256("header.artifact.sha256", artifact.getSha256());
    }
    Names.inner("header.artifact.format", artifact.getFormat());
    Names.text("header.artifact.file_name", artifact.getFileName(), 255);
    if (artifact.getFileName().chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ')) {
      throw new InvalidValueException(
          "header.artifact.file_name", artifact.getFileName(), "a file name, not a path");
    }
  }

  private static void lineage(Lineage lineage) {
    Names.text("header.lineage.training_data", lineage.getTrainingData(), MAX_TEXT);
    if (!lineage.getTrainingDataSha256().isEmpty()) {
      Names.sha256("header.lineage.training_data_sha256", lineage.getTrainingDataSha256());
    }
    Names.text("header.lineage.trained_by", lineage.getTrainedBy(), MAX_TEXT);
    Names.text("header.lineage.source_revision", lineage.getSourceRevision(), MAX_TEXT);
    Check.inRange("header.lineage.libraries count", lineage.getLibrariesCount(), 0, MAX_ENTRIES);
  }

  private static void reference(Reference reference) {
    Check.inRange("header.reference.features count", reference.getFeaturesCount(), 0, MAX_FEATURES);
    var names = new HashSet<String>();
    for (FeatureReference feature : reference.getFeaturesList()) {
      String at = "header.reference.features." + feature.getName();
      Check.notBlank("header.reference.features.name", feature.getName());
      Names.text("header.reference.features.name", feature.getName(), 255);
      if (!names.add(feature.getName())) {
        throw new InvalidValueException(at, feature.getName(), "a name used once");
      }
      Check.inRange(at + ".index", feature.getIndex(), -1, Integer.MAX_VALUE);
      Check.inRange(at + ".missing", feature.getMissing(), 0.0, 1.0);
      categories(at, feature);
      quantiles(at, feature);
    }
  }

  private static void categories(String at, FeatureReference feature) {
    double sum = 0;
    for (double share : feature.getCategoriesMap().values()) {
      sum += Check.inRange(at + ".categories share", share, 0.0, 1.0);
    }
    // published tables round each share: what rounding can lose is no error
    if (feature.getCategoriesCount() > 0 && Math.abs(sum - 1) > 0.01) {
      throw new InvalidValueException(at + ".categories", "sum " + sum, "shares that sum to 1");
    }
  }

  private static void quantiles(String at, FeatureReference feature) {
    double last = Double.NEGATIVE_INFINITY;
    for (double value : feature.getQuantilesList()) {
      if (!Double.isFinite(value) || value < last) {
        throw new InvalidValueException(at + ".quantiles", value, "finite numbers, ascending");
      }
      last = value;
    }
  }
}
