package dev.weir.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.registry.model.VersionChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The versions that the demo pushes are versions that the registry takes. */
final class DemoVersionsTest {
  private static final Path FOLDER = Path.of("..", "deploy", "local", "employment");

  @Test
  void every_version_of_the_demo_is_well_formed() throws IOException {
    List<Path> headers;
    try (Stream<Path> files = Files.list(FOLDER)) {
      headers = files.filter(f -> f.toString().matches(".*employment-\\d+\\.json")).toList();
    }
    assertThat(headers).isNotEmpty();
    for (Path header : headers) {
      ModelVersion.Builder version = ModelVersion.newBuilder();
      JsonFormat.parser().merge(Files.readString(header), version);
      assertThat(VersionChecks.check(version.build()).model()).isEqualTo("employment");
    }
  }
}
