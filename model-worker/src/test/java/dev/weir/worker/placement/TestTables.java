package dev.weir.worker.placement;

import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.TensorSignature;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Version tables for the tests of other packages. */
public final class TestTables {
  private TestTables() {}

  /**
   * Model "test" serves versions 1 and 10 and loads 11; model "idle" has a version 1 that failed.
   */
  public static VersionTable withTestServing1And10AndLoading11AndIdle1() {
    return VersionTable.of(
        List.of(
            serving("1"),
            serving("10"),
            new VersionTable.Row(
                new VersionKey("test", "11"), new Life.Loading(true), Optional.empty()),
            new VersionTable.Row(
                new VersionKey("idle", "1"), new Life.LoadFailed("bad"), Optional.empty())));
  }

  private static VersionTable.Row serving(String number) {
    ModelVersion version = Versions.sumAndProduct(number, OnnxFile.sumAndProduct());
    try {
      var served =
          new ServedVersion(
              version,
              TensorSignature.of(version.getSignature()),
              new FakeEngine().load(version, Path.of("unused")));
      return new VersionTable.Row(served.key(), new Life.Available(), Optional.of(served));
    } catch (EngineFailure e) {
      throw new AssertionError(e);
    }
  }
}
