package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.local.MeshUnderTest;
import dev.weir.local.mesh.Components;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All cases of h2spec, the strict one too, against a router that serves a model under load: once by
 * a path that the router answers itself, once by one that it forwards.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class H2specIT {
  private static final int CASES = 146;
  private static final Path EXCEPTIONS =
      MeshUnderTest.HOME.resolve(
          "deploy/local/src/test/resources/conformance/h2spec-exceptions.txt");

  @TempDir Path folder;
  private String h2spec = "";
  private @org.jspecify.annotations.Nullable MeshUnderTest under;

  @BeforeAll
  void startMesh(@TempDir Path data) throws IOException {
    h2spec = ExternalProgram.need("WEIR_H2SPEC_BIN");
    under = MeshUnderTest.start(data.resolve("mesh"), Components.EMBEDDED, Map.of());
  }

  @AfterAll
  void stopMesh() throws Exception {
    if (under != null) {
      under.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/inference.GRPCInferenceService/ModelInfer"})
  void every_case_passes_but_those_that_are_explained(String path) throws Exception {
    H2specReport report = run(path);
    assertThat(report.cases()).hasSize(CASES);
    assertThat(report.failed().keySet())
        .as("explained in %s; what was seen: %s", EXCEPTIONS, shown(report.failed()))
        .isEqualTo(exceptions().keySet());
  }

  private H2specReport run(String path) throws IOException, InterruptedException {
    Path file = folder.resolve("report.xml");
    int port = java.util.Objects.requireNonNull(under).mesh.service("router").grpcPort();
    // status 1: cases failed
    ExternalProgram.Ended ended =
        ExternalProgram.run(
            Duration.ofMinutes(5),
            List.of(
                h2spec,
                "--strict",
                "--host=127.0.0.1",
                "--port=" + port,
                "--path=" + path,
                "--timeout=3",
                "--junit-report=" + file));
    assertThat(file).as(ended.output()).exists();
    return H2specReport.read(file);
  }

  private static String shown(Map<String, String> failed) {
    var lines = new StringBuilder();
    failed.forEach(
        (name, wrong) -> lines.append("\n  ").append(name).append("\n      ").append(wrong));
    return lines.toString();
  }

  /** Lines {@code case | reason}; a case that is listed and passes is a failure of the test. */
  private static Map<String, String> exceptions() throws IOException {
    var exceptions = new TreeMap<String, String>();
    for (String line : Files.readAllLines(EXCEPTIONS)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split("\\|", 2);
        assertThat(parts).as("case | reason: " + line).hasSize(2);
        assertThat(parts[1].strip()).as("the reason of " + line).isNotEmpty();
        exceptions.put(parts[0].strip(), parts[1].strip());
      }
    }
    return exceptions;
  }
}
