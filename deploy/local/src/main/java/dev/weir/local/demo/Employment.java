package dev.weir.local.demo;

import dev.weir.loadtest.input.RowTable;
import dev.weir.local.cli.RegistryClient;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The demo's models and rows: census employment data. Their page:
 * deploy/local/employment/README.md.
 */
final class Employment {
  static final String MODEL = "employment";
  static final String INPUT = "features";
  private static final String LABEL_COLUMN = "employed";

  private final Path folder;
  private final RowTable rows;

  private Employment(Path folder, RowTable rows) {
    this.folder = folder;
    this.rows = rows;
  }

  /**
   * @param home the checkout
   */
  static Employment open(Path home) throws IOException {
    Path folder = home.resolve("deploy/local/employment");
    if (!Files.isDirectory(folder)) {
      throw new InvalidValueException(
          "weir.home", home, "a checkout of Weir with deploy/local/employment");
    }
    return new Employment(folder, RowTable.read(folder.resolve("replay.csv.gz")));
  }

  /** The model card of a version, 1 to 6. */
  ModelVersion card(int version) throws IOException {
    return RegistryClient.readCard(folder.resolve("employment-" + version + ".json"));
  }

  /** The model file of a version. */
  Path artifact(int version) {
    return folder.resolve("employment-" + version + ".onnx");
  }

  /** The rows to replay. */
  RowTable rows() {
    return rows;
  }

  /** Positions of the model's features in the rows, in the model's order. */
  int[] features() throws IOException {
    List<String> names =
        card(1).getReference().getFeaturesList().stream()
            .filter(feature -> feature.getIndex() >= 0)
            .sorted(Comparator.comparingInt(FeatureReference::getIndex))
            .map(FeatureReference::getName)
            .toList();
    return rows.positions(names);
  }

  /** Position of the true class in the rows. */
  int label() {
    return rows.position(LABEL_COLUMN);
  }
}
